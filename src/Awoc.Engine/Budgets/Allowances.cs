using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Budgets;

/// <summary>What is left of a task's limits for one of its attempts.</summary>
public static class Allowances
{
    /// <summary>Running time for an attempt in milliseconds; at least 1.</summary>
    public static long TimeLeftMs(Budget limits, long spentMs) => Math.Max(1, (limits.TimeoutSeconds * 1000) - spentMs);

    /// <summary>
    /// The running time in milliseconds after which the work is stopped for the report. Null where an attempt has less than a
    /// second: that is too little for both.
    /// </summary>
    public static long? SoftDeadlineMs(long timeLeftMs) => timeLeftMs < 1000 ? null : BudgetSplit.OfTime(timeLeftMs).Work;

    /// <summary>A limit's figures over all attempts, in the unit of <see cref="Core.Lifecycle.TaskEvent.Landing"/>.</summary>
    public static (long Used, long Max) Figures(EndReason limit, Budget limits, Usage spent, int turns, long runMs) => limit switch
    {
        EndReason.Deadline => (runMs, limits.TimeoutSeconds * 1000),
        EndReason.InputTokens => (spent.WeightedInput, limits.InputTokens ?? 0),
        EndReason.Cost => (Millionths(spent.CostUsd ?? 0), Millionths(limits.CostUsd ?? 0)),
        EndReason.Turns => (turns, limits.Turns ?? 0),
        _ => (spent.Output, limits.Tokens),
    };

    private static long Millionths(decimal usd) => (long)decimal.Round(Math.Min(usd, 1_000_000_000m) * 1_000_000m);
}
