using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Awoc.TestKit;

/// <summary>Real processes, looked up in <c>/proc</c>.</summary>
public static partial class Processes
{
    private const int Kill9 = 9, Continue = 18, Stop = 19;

    public static void Kill(int pid) => _ = Signal(pid, Kill9);

    /// <summary>It stands still until <see cref="Resume"/>.</summary>
    public static void Pause(int pid) => _ = Signal(pid, Stop);

    public static void Resume(int pid) => _ = Signal(pid, Continue);

    public static bool IsAlive(int pid)
    {
        try
        {
            // 1234 (name) Z …: a zombie is dead.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Living processes whose command line holds the text.</summary>
    public static IReadOnlyList<int> WithCommandLine(string text) => [.. All().Where(pid => IsAlive(pid) && Read(pid, "cmdline").Contains(text, StringComparison.Ordinal))];

    /// <summary>Living processes whose environment holds the text.</summary>
    public static IReadOnlyList<int> WithEnvironment(string text) => [.. All().Where(pid => IsAlive(pid) && Read(pid, "environ").Contains(text, StringComparison.Ordinal))];

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0 && pid != Environment.ProcessId);

    private static string Read(int pid, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}")).Replace('\0', ' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int pid, int signal);
}
