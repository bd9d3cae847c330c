using System.Collections.Concurrent;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Scheduling;

/// <summary>
/// Whether the machine has room for one more agent: its footprint must fit what is free, less what those that just started are still
/// going to take, and neither memory nor processors may be under pressure.
/// </summary>
public sealed class MachineRoom(MachineState machine, Footprints footprints, TimeProvider time)
{
    /// <summary>Percent of the last ten seconds in which something waited for memory: the machine swaps or reclaims.</summary>
    internal const double MostMemoryPressure = 20;

    /// <summary>Percent of the last ten seconds in which something waited for a processor.</summary>
    private const double MostCpuPressure = 90;

    /// <summary>So many run whatever the pressure: agents wait for their models most of the time, and the load may be somebody else's.</summary>
    private const int AlwaysPerCore = 4;

    private const long SpareBytes = 128L << 20;

    private static readonly TimeSpan s_fresh = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<TaskId, string> _running = new();
    private readonly Lock _seeing = new();
    private MachineReading? _reading;
    private long _readAt;

    /// <summary>False lets everything through.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>What runs.</summary>
    public IReadOnlyDictionary<TaskId, string> Running => _running;

    public void Started(TaskId id, string agent) => _running[id] = agent;

    /// <summary>What the processes of one that runs hold now, in bytes; one that runs no longer is forgotten already.</summary>
    public void Saw(TaskId id, long bytes)
    {
        lock (_seeing)
        {
            if (_running.ContainsKey(id)) footprints.Saw(id, bytes);
        }
    }

    public void Ended(TaskId id)
    {
        lock (_seeing)
        {
            if (_running.TryRemove(id, out var agent)) footprints.Ended(id, agent);
        }
    }

    public bool Admits(string agent) => IsOn && !_running.IsEmpty ? Find(agent) is null : true;

    /// <summary>Whether it is memory that there is too little of.</summary>
    public bool LacksMemory(string agent) => IsOn && !_running.IsEmpty && Memory(Read(), agent) is not null;

    /// <summary>What there is too little of, for a person.</summary>
    public string Why(string agent) => Find(agent) ?? "the machine has room again";

    private string? Find(string agent)
    {
        var reading = Read();
        if (Memory(reading, agent) is { } lack) return lack;
        return reading.CpuPressure > MostCpuPressure && _running.Count >= machine.Cores * AlwaysPerCore
            ? $"load: tasks waited for a processor {reading.CpuPressure:F0} % of the last 10 s, and {_running.Count} run"
            : null;
    }

    private string? Memory(MachineReading reading, string agent)
    {
        if (reading.MemoryPressure > MostMemoryPressure) return $"memory: tasks waited for it {reading.MemoryPressure:F0} % of the last 10 s";
        if (reading.FreeBytes is not { } free) return null;
        var promised = _running.Sum(r => footprints.Growth(r.Key, r.Value));
        var left = Math.Max(0, free - promised);
        var needs = footprints.Of(agent);
        return left >= needs + SpareBytes ? null : $"memory: {Megabytes(left)} MB free, needs {Megabytes(needs + SpareBytes)} MB ({agent})";
    }

    private MachineReading Read()
    {
        if (_reading is not { } reading || time.GetElapsedTime(_readAt) > s_fresh) (_reading, _readAt) = (reading = machine.Read(), time.GetTimestamp());
        return reading;
    }

    private static string Megabytes(long bytes) => (bytes >> 20).ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
}
