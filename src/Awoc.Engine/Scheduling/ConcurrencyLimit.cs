using System.Globalization;

namespace Awoc.Engine.Scheduling;

/// <summary>How many attempts may run at once when nobody says.</summary>
public static class ConcurrencyLimit
{
    // An agent waits for its model most of the time, so four share a core; a working Claude Code holds 210 MB and its
    // tools as much again (docs: measured), so each gets 512 MB of what is free.
    private const int PerCore = 4;
    private const long MegabytesEach = 512;
    private const int Most = 64;

    public static int Default { get; } = For(Environment.ProcessorCount, AvailableMegabytes());

    public static int For(int cores, long availableMegabytes) =>
        (int)Math.Clamp(Math.Min(cores * PerCore, availableMegabytes / MegabytesEach), 1, Most);

    private static long AvailableMegabytes()
    {
        // MemAvailable:   23456789 kB
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal));
        var digits = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..] ? kilobytes : "0";
        return long.Parse(digits, CultureInfo.InvariantCulture) / 1024;
    }
}
