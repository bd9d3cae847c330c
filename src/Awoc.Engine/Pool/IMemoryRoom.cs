using System.Globalization;

namespace Awoc.Engine.Pool;

/// <summary>Whether the machine has memory to spare. What runs for a task comes before what only might.</summary>
public interface IMemoryRoom
{
    /// <summary>One more agent of this size fits, and what tasks may want soon still does.</summary>
    bool Fits(int megabytes);

    /// <summary>Memory has become so short that what only waits has to go.</summary>
    bool IsShort { get; }
}

/// <summary>By the kernel's own estimate of what can be had without swapping.</summary>
public sealed class MemoryRoom(Func<(long Available, long Total)?> read) : IMemoryRoom
{
    /// <summary>Left free in any case, in MB: at least so much, and a tenth of a large machine.</summary>
    private const long Reserve = 1024;

    public MemoryRoom()
        : this(ReadMachine)
    {
    }

    public bool IsShort => read() is { } memory && memory.Available < ReserveOf(memory.Total) / 2;

    public bool Fits(int megabytes) => read() is { } memory && memory.Available - megabytes >= ReserveOf(memory.Total);

    private static long ReserveOf(long total) => Math.Max(Math.Min(Reserve, total / 4), total / 10);

    private static (long Available, long Total)? ReadMachine()
    {
        try
        {
            long available = 0, total = 0;
            foreach (var line in File.ReadLines("/proc/meminfo").Take(3))
            {
                // MemAvailable:   23456789 kB
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields is not [var name, var kilobytes, ..]) continue;
                if (name == "MemTotal:") total = long.Parse(kilobytes, CultureInfo.InvariantCulture) / 1024;
                if (name == "MemAvailable:") available = long.Parse(kilobytes, CultureInfo.InvariantCulture) / 1024;
            }

            return (available, total);
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }
}
