using System.Collections.Immutable;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Budgets;

/// <summary>The limits that tasks share: a day's, and each group's. A member that is null is not limited.</summary>
public sealed record PoolSettings
{
    public static PoolSettings None { get; } = new();

    public PoolLimit Day { get; init; } = PoolLimit.None;

    /// <summary>Of every group that has none of its own.</summary>
    public PoolLimit EachGroup { get; init; } = PoolLimit.None;

    public ImmutableSortedDictionary<string, PoolLimit> Groups { get; init; } = ImmutableSortedDictionary<string, PoolLimit>.Empty;

    public OnShort OnShort { get; init; }

    /// <summary>By content: a record compares its dictionary by reference.</summary>
    public bool IsSameAs(PoolSettings other) => this with { Groups = other.Groups } == other && Groups.SequenceEqual(other.Groups);

    public PoolLimit OfGroup(string name)
    {
        var own = Groups.GetValueOrDefault(name, PoolLimit.None);
        return new PoolLimit(own.Tokens ?? EachGroup.Tokens, own.InputTokens ?? EachGroup.InputTokens, own.CostUsd ?? EachGroup.CostUsd);
    }
}

/// <param name="Tokens">Generated tokens.</param>
/// <param name="InputTokens">Input by <see cref="Core.Budgets.Usage.WeightedInput"/>.</param>
/// <param name="CostUsd">List price in US dollars.</param>
public sealed record PoolLimit(long? Tokens, long? InputTokens, decimal? CostUsd)
{
    public static PoolLimit None { get; } = new(null, null, null);

    /// <summary>What the task's group was launched with.</summary>
    public static PoolLimit LaunchedWith(TaskSpec spec) => new(spec.GroupTokens, spec.GroupInputTokens, spec.GroupCostUsd);

    /// <summary>The tighter of both, each by itself.</summary>
    public PoolLimit And(PoolLimit other) => new(
        other.Tokens < (Tokens ?? long.MaxValue) ? other.Tokens : Tokens,
        other.InputTokens < (InputTokens ?? long.MaxValue) ? other.InputTokens : InputTokens,
        other.CostUsd < (CostUsd ?? decimal.MaxValue) ? other.CostUsd : CostUsd);
}

/// <summary>What becomes of a task that does not fit what is left of its group's or the day's budget.</summary>
public enum OnShort
{
    /// <summary>It waits until there is room.</summary>
    Wait,

    /// <summary>It is refused, at the launch or, should room have gone since, when its turn comes.</summary>
    Refuse,
}
