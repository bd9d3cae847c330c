using System.Globalization;
using Awoc.Engine.Homes;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision.Stalls;

namespace Awoc.Engine.Pool;

/// <summary>What a spare costs while it waits: its shim, its agent, and whatever that started.</summary>
internal static class SpareFigures
{
    public static TimeSpan? Cpu(AttemptFolder folder) => ShimInfo.Read(folder.Path) is { } shim ? TreeCpu.Read(shim) : null;

    /// <summary>Proportional memory in KB, each shared page divided among those who share it; null when nothing is there.</summary>
    public static long? MemoryKb(AttemptFolder folder)
    {
        if (ShimInfo.Read(folder.Path) is not { } shim) return null;
        var agent = Tree(shim.AgentPid).Sum(Proportional);
        return agent == 0 ? null : agent + Proportional(shim.Pid);
    }

    private static IEnumerable<int> Tree(int root)
    {
        var open = new Stack<int>([root]);
        for (var seen = 0; open.TryPop(out var pid) && seen < 1000; seen++)
        {
            yield return pid;
            foreach (var child in Children(pid)) open.Push(child);
        }
    }

    private static List<int> Children(int pid)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{pid}/task")
                .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>A shim lets no one look into its memory: of what may not be read the resident size stands in.</summary>
    private static long Proportional(int pid) => Field($"/proc/{pid}/smaps_rollup", "Pss:") ?? Field($"/proc/{pid}/status", "VmRSS:") ?? 0;

    private static long? Field(string file, string name)
    {
        try
        {
            var line = File.ReadLines(file).FirstOrDefault(text => text.StartsWith(name, StringComparison.Ordinal));
            return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var value, ..] && long.TryParse(value, CultureInfo.InvariantCulture, out var kilobytes) ? kilobytes : null;
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
