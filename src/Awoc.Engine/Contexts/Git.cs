using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Awoc.Engine.Contexts;

/// <summary>
/// Asks git and the like about a repository. No hook or monitor of the repository's own is run, and nothing is fetched that it lacks; a command
/// that looks at files' content (<c>status</c>, <c>diff</c>) would run its filters all the same, and is not to be asked.
/// </summary>
internal static class Git
{
    private const int LongestAnswer = 32 * 1024 * 1024;

    /// <summary>A repository's own configuration may name programs: these are not to be run for a question.</summary>
    private static readonly string[] s_careful = ["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false"];

    private static readonly string[] s_steering = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF"];

    /// <summary>Its answer; null where git says no, or is not there.</summary>
    public static Task<string?> AskAsync(string directory, CancellationToken cancellation, params string[] arguments) =>
        RunAsync("git", directory, [.. s_careful, .. arguments], input: null, cancellation);

    /// <summary>Runs a program for what it prints; null where it fails, or is not there.</summary>
    public static async Task<string?> RunAsync(string program, string directory, string[] arguments, string? input, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardInputEncoding = new UTF8Encoding(false),
        };
        foreach (var name in s_steering) start.Environment.Remove(name);
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_NO_LAZY_FETCH"] = "1";
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, cancellation);
                var answer = ReadAsync(process.StandardOutput, cancellation);
                await FeedAsync(process.StandardInput, input, cancellation);
                var text = await answer;
                await errors;
                await process.WaitForExitAsync(cancellation);
                return process.ExitCode == 0 ? text : null;
            }
            finally
            {
                if (!process.HasExited) process.Kill();
            }
        }
        catch (Exception absent) when (absent is Win32Exception or InvalidOperationException)
        {
            return null;
        }
    }

    private static async Task FeedAsync(StreamWriter to, string? input, CancellationToken cancellation)
    {
        try
        {
            if (input is not null) await to.WriteAsync(input.AsMemory(), cancellation);
            to.Close();
        }
        catch (IOException)
        {
            // It has read enough.
        }
    }

    private static async Task<string?> ReadAsync(StreamReader from, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var buffer = new char[64 * 1024];
        while (await from.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            if (text.Length <= LongestAnswer) text.Append(buffer, 0, read);
        }

        return text.Length > LongestAnswer ? null : text.ToString();
    }
}
