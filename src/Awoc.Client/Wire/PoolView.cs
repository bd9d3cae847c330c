namespace Awoc.Client.Wire;

/// <summary>The warm pool: agents that are started and ready before there is a task for them.</summary>
public sealed record PoolView
{
    /// <summary>How many there may be at once; 0 is none.</summary>
    public required int Size { get; init; }

    /// <summary>How long one may wait, in seconds.</summary>
    public required long MaxAgeSeconds { get; init; }

    /// <summary>Starts that took one, since the daemon's own start.</summary>
    public required long Hits { get; init; }

    /// <summary>Starts that could have taken one and found none.</summary>
    public required long Misses { get; init; }

    /// <summary>Hits over both; null without data.</summary>
    public double? HitRate { get; init; }

    /// <summary>Why no more are started though more are wanted; null where nothing is in the way.</summary>
    public string? HeldBack { get; init; }

    /// <summary>Those that are ready.</summary>
    public required IReadOnlyList<SpareView> Spares { get; init; }
}

/// <summary>One warm agent, and what its start was made of.</summary>
public sealed record SpareView
{
    /// <summary>Its handle.</summary>
    public required string Id { get; init; }

    /// <summary>Which agent it is.</summary>
    public required string Agent { get; init; }

    /// <summary>The model it was started with; null for its own.</summary>
    public string? Model { get; init; }

    /// <summary>The directory it works in.</summary>
    public required string Directory { get; init; }

    /// <summary>What else its start depends on, in words; <c>default</c> for nothing.</summary>
    public required string Profile { get; init; }

    /// <summary>Seconds since it was ready.</summary>
    public required double AgeSeconds { get; init; }

    /// <summary>Memory of its processes in MB, shared pages divided among those who share them; null where it cannot be read.</summary>
    public double? MemoryMb { get; init; }

    /// <summary>CPU time since it was ready, in ms; null where it cannot be read.</summary>
    public double? CpuMs { get; init; }
}
