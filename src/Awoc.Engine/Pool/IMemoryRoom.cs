using Awoc.Engine.Scheduling;

namespace Awoc.Engine.Pool;

/// <summary>Whether the machine has memory to spare. What runs for a task comes before what only might.</summary>
public interface IMemoryRoom
{
    /// <summary>One more agent of this size fits, and what tasks may want soon still does.</summary>
    bool Fits(int megabytes);

    /// <summary>Memory has become so short that what only waits has to go.</summary>
    bool IsShort { get; }
}

/// <summary>By the same reading that tasks are admitted by: the machine's, or that of the cgroup that this daemon is in.</summary>
public sealed class MemoryRoom(Func<MachineReading> read) : IMemoryRoom
{
    private const long Megabyte = 1 << 20;

    /// <summary>Left free in any case, in bytes: at least so much, and a tenth of a large machine.</summary>
    private const long Reserve = 1024 * Megabyte;

    public MemoryRoom(MachineState machine)
        : this(machine.Read)
    {
    }

    public bool IsShort => read() is var now && (IsPressed(now) || (now.FreeBytes is { } free && free < ReserveOf(now.TotalBytes ?? 0) / 2));

    public bool Fits(int megabytes) =>
        read() is { FreeBytes: { } free, TotalBytes: { } total } now && !IsPressed(now) && free - megabytes * Megabyte >= ReserveOf(total);

    private static bool IsPressed(MachineReading now) => now.MemoryPressure > MachineRoom.MostMemoryPressure;

    private static long ReserveOf(long total) => Math.Max(Math.Min(Reserve, total / 4), total / 10);
}
