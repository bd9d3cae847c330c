using System.Collections.Immutable;

namespace Awoc.Core.Scheduling;

/// <summary>How many may run at once. What is not named has no limit of its own.</summary>
/// <param name="All">Over everything.</param>
public sealed record LineLimits(int All)
{
    /// <summary>By the queue's name.</summary>
    public ImmutableSortedDictionary<string, QueueLimit> Queues { get; init; } = ImmutableSortedDictionary.Create<string, QueueLimit>(StringComparer.Ordinal);

    /// <summary>By the agent's name.</summary>
    public ImmutableSortedDictionary<string, int> Agents { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>By the model as the user wrote it.</summary>
    public ImmutableSortedDictionary<string, int> Models { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    public bool Equals(LineLimits? other) =>
        other is not null && All == other.All && Queues.SequenceEqual(other.Queues) && Agents.SequenceEqual(other.Agents) && Models.SequenceEqual(other.Models);

    public override int GetHashCode() => HashCode.Combine(All, Queues.Count, Agents.Count, Models.Count);
}

/// <param name="Limit">Null for no limit.</param>
/// <param name="Paused">Nothing starts from it; what runs goes on.</param>
public sealed record QueueLimit(int? Limit, bool Paused);
