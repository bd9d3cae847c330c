namespace Awoc.Engine.Supervision.Stalls;

/// <summary>All that can show that an attempt is alive, looked at together.</summary>
public readonly record struct LifeSigns
{
    /// <summary>Bytes of the agent's stream and of its standard error.</summary>
    public long LogBytes { get; init; }

    /// <summary>When a model call was last sent or answered by a byte; null before the first.</summary>
    public DateTimeOffset? TrafficAt { get; init; }

    /// <summary>CPU time of the whole process tree; null where it cannot be read.</summary>
    public TimeSpan? TreeCpu { get; init; }

    /// <summary>A tool call is under way.</summary>
    public bool ToolPending { get; init; }

    /// <summary>It waits for something that is none of its doing: a retry's delay, a sibling's grant, its turn at the model API, a person, room on the disk.</summary>
    public bool Excused { get; init; }
}
