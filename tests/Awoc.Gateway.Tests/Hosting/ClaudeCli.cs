using System.Diagnostics;

namespace Awoc.Gateway.Tests.Hosting;

/// <summary>The real Claude Code CLI.</summary>
internal static class ClaudeCli
{
    public static string Program => TestKit.Binaries.Claude;

    /// <summary>One prompt in a home and a directory of its own; gives exit code and standard output.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string executable, string prompt, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        var home = Directory.CreateTempSubdirectory("awoc-claude-");
        var start = new ProcessStartInfo(executable, ["-p", "--output-format", "json", "--tools", "Read", "--setting-sources", "", "--strict-mcp-config"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home.FullName,
        };
        foreach (var name in start.Environment.Keys.Where(IsOfAnAgent).ToArray()) start.Environment.Remove(name);
        start.Environment["HOME"] = home.FullName;
        start.Environment["NO_PROXY"] = "127.0.0.1,localhost";
        start.Environment["DISABLE_AUTOUPDATER"] = "1";
        start.Environment["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteAsync(prompt);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
            home.Delete(recursive: true);
        }
    }

    private static bool IsOfAnAgent(string name) =>
        name.StartsWith("ANTHROPIC_", StringComparison.Ordinal) || name.StartsWith("CLAUDE", StringComparison.Ordinal);
}
