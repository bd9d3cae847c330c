using System.Diagnostics;
using System.Globalization;

namespace Awoc.Compare;

/// <summary>What the machine says.</summary>
internal static class Machine
{
    public static string Load => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);

    /// <summary>Runs a program to its end; what it says goes nowhere unless it fails.</summary>
    public static TimeSpan Time(IReadOnlyDictionary<string, string> environment, string directory, string program, params string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        using var process = Start(environment, directory, program, arguments);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var time = clock.Elapsed;
        return process.ExitCode == 0
            ? time
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended {process.ExitCode}: {error.Result}");
    }

    public static string Output(IReadOnlyDictionary<string, string> environment, string directory, string program, params string[] arguments)
    {
        using var process = Start(environment, directory, program, arguments);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} ended {process.ExitCode}: {error.Result}");
    }

    public static Process Start(IReadOnlyDictionary<string, string> environment, string directory, string program, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Kilobytes of a process: resident, its share of them, and what is its alone. Null where /proc does not say.</summary>
    public static (long Rss, long Pss, long Private)? Memory(int pid)
    {
        // Private_Dirty:      5480 kB
        try
        {
            var kilobytes = File.ReadLines($"/proc/{pid}/smaps_rollup").Skip(1)
                .Select(line => line.Split((char[])[' ', ':'], StringSplitOptions.RemoveEmptyEntries))
                .ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture));
            return (kilobytes["Rss"], kilobytes["Pss"], kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]);
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static IReadOnlyList<int> WithCommandLine(string program, string text) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && CommandLine(pid) is var line && line.StartsWith(program, StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal)),
    ];

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }
}
