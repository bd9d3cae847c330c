using System.Collections.Immutable;
using Awoc.Core.Scheduling;

namespace Awoc.Engine.Scheduling;

/// <summary>The settings of queues, and of what may run at once of an agent or a model.</summary>
public sealed record QueueSettings
{
    public static QueueSettings None { get; } = new();

    public ImmutableSortedDictionary<string, QueueLimit> Queues { get; init; } = ImmutableSortedDictionary.Create<string, QueueLimit>(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, int> Agents { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, int> Models { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>Tasks wait for memory and load, too.</summary>
    public bool Admission { get; init; } = true;

    public LineLimits Limits(int all) => new(all) { Queues = Queues, Agents = Agents, Models = Models };
}
