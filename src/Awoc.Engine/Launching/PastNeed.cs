using System.Globalization;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Launching;

/// <summary>What earlier tasks of a type needed, held against a new one's token budget.</summary>
public static class PastNeed
{
    /// <summary>How many of the newest are looked at.</summary>
    public const int Looked = 20;

    /// <summary>Fewer say nothing.</summary>
    private const int Least = 3;

    /// <param name="past">Ended tasks of the same type and agent, rehearsed ones left out.</param>
    /// <returns>A sentence with figures; null when the budget looks large enough, or too little is known.</returns>
    public static string? Of(TaskSpec spec, IReadOnlyList<AgentTask> past)
    {
        var budget = spec.Budget.Tokens;
        List<long> needed = [.. past.Where(t => t.Outcome == TaskOutcome.Succeeded).Select(t => t.Usage.Output).Order()];
        var exhausted = past.Count(t => t is { Outcome: TaskOutcome.BudgetExhausted, Reason: EndReason.Tokens } && t.Budget.Tokens >= budget);
        var known = past.Count(t => t.Outcome is TaskOutcome.Succeeded or TaskOutcome.BudgetExhausted);
        var whose = $"{spec.Type} tasks with {spec.Agent}";
        if (known >= Least && exhausted * 2 > known)
            return Invariant($"{exhausted} of the last {known} {whose} spent their token budget before they were done; this one has {budget:#,0}: more with --tokens");
        if (needed.Count < Least) return null;
        var quartile = needed[(int)Math.Ceiling(needed.Count * 0.75) - 1];
        return quartile > budget
            ? Invariant($"of the last {needed.Count} {whose} that succeeded, a quarter needed {quartile:#,0} tokens or more (at most {needed[^1]:#,0}); this one has {budget:#,0}: more with --tokens")
            : null;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
