namespace Awoc.Engine.Pool;

/// <summary>The warm pool as it stands.</summary>
/// <param name="Hits">Starts since this daemon's own that took a spare.</param>
/// <param name="Misses">Starts that could have taken one and found none.</param>
/// <param name="HeldBack">Why no more are started though more are wanted; null where nothing is in the way.</param>
public sealed record PoolReport(SpareSettings Settings, long Hits, long Misses, IReadOnlyList<SpareReport> Spares, string? HeldBack);

/// <summary>One warm agent.</summary>
/// <param name="Profile">What else its key is made of, in words.</param>
/// <param name="MemoryKb">Proportional memory of its shim and its tree.</param>
/// <param name="Cpu">CPU time since it was ready.</param>
public sealed record SpareReport(string Id, string Agent, string? Model, string Directory, string Profile, TimeSpan Age, long? MemoryKb, TimeSpan? Cpu);
