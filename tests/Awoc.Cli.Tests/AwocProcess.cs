using System.Diagnostics;

namespace Awoc.Cli.Tests;

/// <summary>The built <c>awoc</c>, run as a process of its own.</summary>
internal sealed class AwocProcess : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly Task<string> _error;

    private AwocProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    public StreamReader Out => _process.StandardOutput;

    public static string Program => Path.Combine(AppContext.BaseDirectory, "awoc");

    public static AwocProcess Start(TestHome home, string[] args, string? input = null, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Program, args)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = home.Directory,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("AWOC_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        start.Environment["AWOC_HOME"] = home.Home.Path;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        if (input is not null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        return new AwocProcess(process);
    }

    public static async Task<(int Code, string Out, string Error)> RunAsync(
        TestHome home, string[] args, string? input = null, params (string Name, string Value)[] environment)
    {
        using var awoc = Start(home, args, input, environment);
        return await awoc.EndAsync();
    }

    public async Task<(int Code, string Out, string Error)> EndAsync()
    {
        using var limit = new CancellationTokenSource(s_limit);
        var output = await _process.StandardOutput.ReadToEndAsync(limit.Token);
        await _process.WaitForExitAsync(limit.Token);
        return (_process.ExitCode, output, await _error);
    }

    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString()]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
