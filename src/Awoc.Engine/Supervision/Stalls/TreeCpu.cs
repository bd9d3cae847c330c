using System.Globalization;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Supervision.Stalls;

/// <summary>CPU time used by an attempt's whole process tree.</summary>
public static class TreeCpu
{
    // sysconf(_SC_CLK_TCK) is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Null when nothing of it is there.</summary>
    public static TimeSpan? Read(ShimInfo shim) => OfCgroup(shim.Cgroup) ?? OfDescendants(shim.AgentPid);

    /// <summary>A cgroup counts what has ended in it too, and what left the agent's sessions.</summary>
    private static TimeSpan? OfCgroup(string? cgroup)
    {
        if (cgroup is null) return null;
        try
        {
            foreach (var line in File.ReadLines(Path.Combine(cgroup, "cpu.stat")))
            {
                if (line.StartsWith("usage_usec ", StringComparison.Ordinal)
                    && long.TryParse(line.AsSpan("usage_usec ".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds))
                    return TimeSpan.FromMicroseconds(microseconds);
            }
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            // The tree is walked instead.
        }

        return null;
    }

    private static TimeSpan? OfDescendants(int root)
    {
        var processes = new Dictionary<int, (int Parent, long Ticks)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Stat(pid) is { } stat)
                processes[pid] = stat;
        }

        if (!processes.ContainsKey(root)) return null;
        var ticks = processes.Where(p => IsBelow(p.Key, root, processes)).Sum(p => p.Value.Ticks);
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static bool IsBelow(int pid, int root, Dictionary<int, (int Parent, long Ticks)> processes)
    {
        // A process id that was given out again while the list was made could close a circle.
        for (var steps = 0; steps < 1000; steps++)
        {
            if (pid == root) return true;
            if (!processes.TryGetValue(pid, out var process)) return false;
            pid = process.Parent;
        }

        return false;
    }

    /// <summary>Fields 4 (parent) and 14 to 17 (user, system, and both of the children waited for) of <c>/proc/PID/stat</c>.</summary>
    private static (int Parent, long Ticks)? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (Number<int>(fields[1]), Number<long>(fields[11]) + Number<long>(fields[12]) + Number<long>(fields[13]) + Number<long>(fields[14]));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static T Number<T>(string text) where T : System.Numerics.INumber<T> => T.Parse(text, CultureInfo.InvariantCulture);
}
