using System.Globalization;

namespace Awoc.Engine.Scheduling;

/// <summary>What the kernel says of memory and load.</summary>
/// <param name="root">Where <c>proc</c> and <c>sys/fs/cgroup</c> are; another one for a test.</param>
/// <param name="cores">Processors.</param>
public sealed class MachineState(string root, int cores)
{
    public static MachineState Real { get; } = new("/", Environment.ProcessorCount);

    public int Cores { get; } = cores;

    private string Proc { get; } = Path.Combine(root, "proc");

    private string Groups { get; } = Path.Combine(root, "sys/fs/cgroup");

    public MachineReading Read()
    {
        var (free, total) = Memory();
        return new MachineReading(free, Pressure("memory"), Pressure("cpu")) { TotalBytes = total };
    }

    /// <summary>What the machine has, or the tightest cgroup that this daemon is in.</summary>
    private (long? Free, long? Total) Memory()
    {
        var lines = Lines(Path.Combine(Proc, "meminfo"));
        (long? free, long? total) = (Kilobytes("MemAvailable:"), Kilobytes("MemTotal:"));
        foreach (var membership in Lines(Path.Combine(Proc, "self/cgroup")))
        {
            // 0::/user.slice/app.scope, or 4:memory:/docker/9f86
            if (membership.Split(':', 3) is not [_, var controllers, var path]) continue;
            var own = controllers.Length == 0 ? OfUnified(path) : controllers.Split(',').Contains("memory") ? OfLegacy(path) : null;
            if (own is var (left, max) && (free is null || left < free)) (free, total) = (left, max);
        }

        return (free, total);

        // MemAvailable:   23456789 kB
        long? Kilobytes(string name) =>
            lines.FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line ? Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024 : null;
    }

    private (long Left, long Max)? OfUnified(string path) => Tightest(Groups, path, directory =>
        One(directory, "memory.max") is { } max && One(directory, "memory.current") is { } used
            ? (max - used + Stat(directory, "inactive_file"), max)
            : null);

    private (long Left, long Max)? OfLegacy(string path) => Tightest(Path.Combine(Groups, "memory"), path, directory =>
        One(directory, "memory.limit_in_bytes") is { } max && One(directory, "memory.usage_in_bytes") is { } used
            ? (max - used + Stat(directory, "total_inactive_file"), max)
            : null);

    /// <summary>A limit holds for all below it: from the own cgroup up to the mount. In a container the own path may not be there, and the mount is its own.</summary>
    private static (long Left, long Max)? Tightest(string mount, string path, Func<string, (long Left, long Max)?> room)
    {
        (long Left, long Max)? tightest = null;
        for (var inside = path.Trim('/'); ; inside = Path.GetDirectoryName(inside) ?? "")
        {
            if (room(Path.Combine(mount, inside)) is var (left, max) && (tightest is null || left < tightest.Value.Left)) tightest = (Math.Max(0, left), max);
            if (inside.Length == 0) return tightest;
        }
    }

    /// <summary>Null for <c>max</c> and where there is none.</summary>
    private static long? One(string directory, string name) => Lines(Path.Combine(directory, name)).FirstOrDefault() is { } text ? Number(text) : null;

    private static long Stat(string directory, string name) =>
        Lines(Path.Combine(directory, "memory.stat")).FirstOrDefault(l => l.StartsWith(name + " ", StringComparison.Ordinal)) is { } line ? Number(line[(name.Length + 1)..]) ?? 0 : 0;

    /// <summary>0 where the kernel keeps no such account.</summary>
    private double Pressure(string of)
    {
        // some avg10=0.00 avg60=0.74 avg300=8.57 total=19449393452
        const string Before = "some avg10=";
        var line = Lines(Path.Combine(Proc, "pressure", of)).FirstOrDefault(l => l.StartsWith(Before, StringComparison.Ordinal));
        return line is not null && double.TryParse(line.AsSpan(Before.Length, Math.Max(0, line.IndexOf(' ', Before.Length) - Before.Length)), NumberStyles.Float, CultureInfo.InvariantCulture, out var percent)
            ? percent
            : 0;
    }

    private static long? Number(string text) =>
        long.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <param name="FreeBytes">What may still be taken without swapping; null where the kernel does not say.</param>
/// <param name="MemoryPressure">Percent of the last ten seconds in which something waited for memory.</param>
/// <param name="CpuPressure">The same for processors.</param>
public sealed record MachineReading(long? FreeBytes, double MemoryPressure, double CpuPressure)
{
    /// <summary>All that <see cref="FreeBytes"/> is left of.</summary>
    public long? TotalBytes { get; init; }
}
