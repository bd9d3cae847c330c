using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Awoc.TestKit;

/// <summary>
/// A home, a working directory and the published programs: one user's AWOC, for one test. Whatever was started in it has
/// ended when it is disposed.
/// </summary>
public sealed class AwocSandbox : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);

    public AwocSandbox(string? home = null)
    {
        Root = Directory.CreateTempSubdirectory("awoc-e2e-").FullName;
        Home = home ?? Path.Combine(Root, "home");
        Work = Path.Combine(Root, "work");
        Directory.CreateDirectory(Work);
        Environment["PATH"] = $"{Binaries.Folder}:/usr/local/bin:/usr/bin:/bin";
        Environment["HOME"] = Root;
        Environment["AWOC_HOME"] = Home;
        Environment["LANG"] = "C.UTF-8";
        Environment["IS_SANDBOX"] = "1";
    }

    public string Root { get; }
    public string Home { get; }
    public string Work { get; }

    /// <summary>The whole environment of what is run here: nothing of the test's own leaks in.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public string TaskFolder(string id) => Path.Combine(Home, "background", "tasks", id);

    /// <param name="pool">Agents kept warm: memory and time that only tests of the pool are to cost.</param>
    public AwocSandbox WithClaude(int pool = 0)
    {
        Environment["PATH"] = $"{Binaries.ClaudeFolder}:{Environment["PATH"]}";
        Directory.CreateDirectory(Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(Home, "config.yaml"), $"pool:\n  size: {pool}\n");
        return this;
    }

    public AwocSandbox Rehearsed()
    {
        Environment["AWOC_REHEARSAL"] = "1";
        return this;
    }

    public Task<Ran> AwocAsync(params string[] arguments) => RunAsync(Binaries.Awoc, arguments);

    public Task<Ran> ShellAsync(string script) => RunAsync("/bin/bash", ["-c", script]);

    /// <summary>A launch that must be accepted; returns the id.</summary>
    public async Task<string> LaunchAsync(params string[] arguments)
    {
        var ran = await AwocAsync(["run", .. arguments]);
        return ran.Code == 0 ? ran.Out.Trim() : throw new InvalidOperationException($"awoc run {string.Join(' ', arguments)} ended {ran.Code}: {ran.Error}");
    }

    public async Task<JsonObject> StatusAsync(string id)
    {
        var ran = await AwocAsync("status", id, "--json");
        return ran.Code == 0 ? JsonNode.Parse(ran.Out)!.AsObject() : throw new InvalidOperationException($"awoc status {id} ended {ran.Code}: {ran.Error}");
    }

    /// <summary>Waits for the task's end and returns its status.</summary>
    public async Task<JsonObject> EndOfAsync(string id)
    {
        await AwocAsync("wait", id, "--timeout", "100");
        var status = await StatusAsync(id);
        return (string?)status["state"] == "ended"
            ? status
            : throw new InvalidOperationException($"task {id} has not ended: {status.ToJsonString()}\n{Diagnose(id)}");
    }

    public string Diagnose(string id) => string.Join(
        "\n", Directory.EnumerateFiles(TaskFolder(id), "*.log", SearchOption.AllDirectories).Select(f => $"--- {f}\n{File.ReadAllText(f)}"));

    public async Task<int> DaemonPidAsync()
    {
        var ran = await AwocAsync("daemon", "status", "--json");
        return (int)JsonNode.Parse(ran.Out)!["pid"]!;
    }

    public async Task<Ran> RunAsync(string program, string[] arguments, TimeSpan? limit = null)
    {
        using var process = Start(program, arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(limit ?? s_limit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return new Ran(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end: {await error}");
        }
    }

    public Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = Work,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Home, "run", "awoc.sock")))
        {
            // A test that failed may have left its daemon killed and agents at work, whose shims would start another one.
            await AwocAsync("daemon", "start");
            await AwocAsync("daemon", "stop", "--cancel");
        }

        Directory.Delete(Root, recursive: true);
    }
}

/// <summary>What a program left behind.</summary>
public sealed record Ran(int Code, string Out, string Error);
