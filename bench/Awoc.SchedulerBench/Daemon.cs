using System.Diagnostics;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.SchedulerBench;

/// <summary>A home of its own with the published daemon at work.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private readonly Dictionary<string, string> _environment;

    private Daemon(string directory)
    {
        Path = System.IO.Path.Combine(directory, $"awoc-scheduler-{Environment.ProcessId}");
        Directory.CreateDirectory(Work);
        _environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{Binaries}:/usr/local/bin:/usr/bin:/bin",
            ["HOME"] = Path,
            ["AWOC_HOME"] = System.IO.Path.Combine(Path, "home"),
            ["LANG"] = "C.UTF-8",
        };
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } root) _environment["DOTNET_ROOT"] = root;
        Client = new AwocClient(new AwocHome(_environment["AWOC_HOME"]));
    }

    public AwocClient Client { get; }

    public string Socket => System.IO.Path.Combine(_environment["AWOC_HOME"], "run", "awoc.sock");

    private string Path { get; }

    private string Work => System.IO.Path.Combine(Path, "work");

    private static string Binaries => Environment.GetEnvironmentVariable("AWOC_BIN") ?? System.IO.Path.GetFullPath("artifacts/bin");

    public static Task<Daemon> StartAsync(string directory, int slots)
    {
        var daemon = new Daemon(directory);
        daemon.Awoc("daemon", "start");
        daemon.Awoc("config", "set", "concurrency", $"{slots}");
        return Task.FromResult(daemon);
    }

    public LaunchRequest Request(string command, string? queue = null) => new()
    {
        Task = $"custom:{command}",
        Agent = "command",
        Cwd = Work,
        Queue = queue,
        Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = Path },
    };

    /// <summary>So many launches from so many callers at once.</summary>
    public Task LaunchAsync(int count, int callers, Func<LaunchRequest> request) => Parallel.ForEachAsync(
        Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = callers }, async (_, token) => await Client.LaunchAsync(request(), token));

    public async Task SettleAsync()
    {
        while (await Client.HealthAsync() is { } health && health.Running + health.Queued > 0) await Task.Delay(5);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Awoc("daemon", "stop", "--cancel");
        await Task.Yield();
        Directory.Delete(Path, recursive: true);
    }

    public void Awoc(params string[] arguments)
    {
        var start = new ProcessStartInfo(System.IO.Path.Combine(Binaries, "awoc"), arguments) { WorkingDirectory = Work };
        start.Environment.Clear();
        foreach (var (name, value) in _environment) start.Environment[name] = value;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"awoc {string.Join(' ', arguments)} ended {process.ExitCode}: {error.Result}");
    }
}
