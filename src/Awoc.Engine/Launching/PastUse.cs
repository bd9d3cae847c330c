using Awoc.Core.Tasks;

namespace Awoc.Engine.Launching;

/// <summary>What earlier tasks of a type took with an agent: the estimate for the next one.</summary>
/// <param name="Tasks">How many there are figures of; 0 says that nothing is known.</param>
/// <param name="Tokens">Tokens generated.</param>
/// <param name="Seconds">Running time.</param>
/// <param name="CostUsd">At list price; null where no price is known.</param>
public sealed record PastUse(int Tasks, Spread<long> Tokens, Spread<long> Seconds, Spread<decimal>? CostUsd)
{
    /// <summary>How many of the newest are looked at.</summary>
    public const int Looked = 50;

    public static PastUse None { get; } = new(0, default, default, null);

    /// <param name="past">Ended tasks of the same type and agent. Those that were canceled or lost tell nothing of what the work takes.</param>
    public static PastUse Of(IReadOnlyList<AgentTask> past)
    {
        List<AgentTask> telling = [.. past.Where(t => t.Outcome is TaskOutcome.Succeeded or TaskOutcome.BudgetExhausted or TaskOutcome.TimedOut)];
        if (telling.Count == 0) return None;
        List<decimal> costs = [.. telling.Select(t => t.Usage.CostUsd).OfType<decimal>()];
        return new PastUse(
            telling.Count,
            Spread<long>.Of(telling.Select(t => t.Usage.Output)),
            Spread<long>.Of(telling.Select(t => t.RunMs / 1000)),
            costs.Count == 0 ? null : Spread<decimal>.Of(costs));
    }
}

/// <param name="Half">Half of them took no more.</param>
/// <param name="NineTenths">Nine of ten took no more.</param>
public readonly record struct Spread<T>(T Half, T NineTenths) where T : IComparable<T>
{
    /// <param name="values">At least one.</param>
    public static Spread<T> Of(IEnumerable<T> values)
    {
        var sorted = values.Order().ToList();
        return new Spread<T>(At(0.5), At(0.9));

        // The nearest rank: a figure that one of them really had.
        T At(double share) => sorted[(int)Math.Ceiling(sorted.Count * share) - 1];
    }
}
