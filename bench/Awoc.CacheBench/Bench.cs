using System.Diagnostics;
using System.Text;
using Awoc.Client;
using Awoc.Client.Wire;
using Awoc.Rehearsal;

namespace Awoc.CacheBench;

/// <summary>A home with its daemon, a server, and a context file.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private const string Context = "context.txt";

    private readonly string _root;
    private readonly RehearsalServer _server;
    private readonly AwocClient _client;
    private int _runs;

    private Bench(string root, RehearsalServer server) =>
        (_root, _server, _client) = (root, server, new AwocClient(new AwocHome(Path.Combine(root, "home"))));

    /// <summary>What has to be made first; null for nothing.</summary>
    public static string? Missing => File.Exists(Path.Combine(Binaries, "awoc")) ? null : $"{Binaries}/awoc is missing: eng/publish makes it; AWOC_BIN names another folder";

    private static string Binaries => Environment.GetEnvironmentVariable("AWOC_BIN") is { Length: > 0 } named ? named : Path.Combine(Root, "artifacts", "bin");

    private static string Root
    {
        get
        {
            var at = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(at, "Awoc.slnx"))) at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("run it inside the repository");
            return at;
        }
    }

    private static string ClaudeFolder => Path.Combine(Root, "tests", "agents", "node_modules", "@anthropic-ai", "claude-code-linux-x64");

    public static async Task<Bench> StartAsync(string scenario, int tokens)
    {
        var root = Directory.CreateTempSubdirectory("awoc-cache-").FullName;
        var text = new StringBuilder();
        for (var i = 0; text.Length < tokens * 4; i++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"line {i}: what everybody has to know about part {i % 97} of the whole\n");
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(root, "work")).FullName, Context), text.ToString(0, tokens * 4));
        var bench = new Bench(root, await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = scenario }));
        bench.Awoc("daemon", "start");
        return bench;
    }

    public async Task<Cost> RunAsync(string agent, int tasks, Func<int, string> key)
    {
        var (run, before) = (_runs++, _server.Log.MessageRequests.Count);
        var began = Stopwatch.GetTimestamp();
        List<string> ids = [];
        for (var i = 0; i < tasks; i++)
        {
            var reply = await _client.LaunchAsync(new LaunchRequest
            {
                Task = $"custom:question {i}",
                Output = $"answer-{run}-{i}.md",
                Agent = agent,
                Group = "bench",
                Tokens = "20000",
                Cwd = Path.Combine(_root, "work"),
                Context = [Context],
                Environment = Variables,
                Secrets = new Dictionary<string, string> { ["ANTHROPIC_API_KEY"] = key(i) },
            });
            ids.Add(reply.Task.Id);
        }

        await foreach (var task in _client.WaitAsync(ids))
        {
            if (task.Outcome != "succeeded") throw new InvalidOperationException($"task {task.Id} ended {task.Outcome} ({task.Reason}): {task.Directory}");
        }

        var requests = _server.Log.MessageRequests.Skip(before).ToList();
        return new Cost(requests.Count, [.. requests.Select(r => r.Usage!)], Stopwatch.GetElapsedTime(began));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        Awoc("daemon", "stop", "--cancel");
        await _server.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    private Dictionary<string, string> Variables => new()
    {
        ["PATH"] = $"{ClaudeFolder}:/usr/local/bin:/usr/bin:/bin",
        ["HOME"] = _root,
        ["LANG"] = "C.UTF-8",
        ["ANTHROPIC_BASE_URL"] = _server.BaseUrl,
    };

    private void Awoc(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Binaries, "awoc"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["AWOC_HOME"] = Path.Combine(_root, "home");
        using var process = Process.Start(start)!;
        process.WaitForExit();
    }
}

/// <param name="Elapsed">From the first launch to the end of the last task.</param>
internal sealed record Cost(int Requests, IReadOnlyList<RehearsalUsage> Usages, TimeSpan Elapsed)
{
    public long Written => Usages.Sum(u => (long)u.CacheWrite);

    public long Read => Usages.Sum(u => (long)u.CacheRead);

    /// <summary>Had nothing been cached.</summary>
    public double Whole => Usages.Sum(u => (double)u.Input + u.CacheRead + u.CacheWrite);

    /// <summary>By the price list, in fresh tokens.</summary>
    public double Weighted => Usages.Sum(u => u.Input + (u.CacheWrite5m * 1.25) + (u.CacheWrite1h * 2.0) + (u.CacheRead * 0.1));
}
