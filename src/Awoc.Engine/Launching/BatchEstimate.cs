using Awoc.Core.Tasks;

namespace Awoc.Engine.Launching;

/// <summary>What tasks are likely to take together: from what half of those before them took, to what nine of ten did, and at most their budgets.</summary>
/// <param name="Known">So many of them are of a type that has a past.</param>
/// <param name="Tokens">Generated.</param>
/// <param name="CostUsd">At list price; its end is null where a task has neither a past nor a limit.</param>
/// <param name="Seconds">Until the last has ended, all slots being theirs.</param>
/// <param name="MostTokens">Their token budgets together.</param>
/// <param name="MostUsd">Their limits in money together; null where one has none.</param>
public sealed record BatchEstimate(
    int Tasks, int Known, (long Low, long High) Tokens, (decimal Low, decimal? High) CostUsd, (long Low, long High) Seconds, long MostTokens, decimal? MostUsd)
{
    public static BatchEstimate Of(IReadOnlyCollection<PlannedLaunch> tasks, int slots)
    {
        List<PlannedLaunch> paying = [.. tasks.Where(t => t.Spec is { Model: not null, Rehearsal: false })];
        List<PlannedLaunch> past = [.. tasks.Where(t => t.Past.Tasks > 0)];
        decimal? high = 0;
        foreach (var task in paying) high += Lesser(task.Past.CostUsd?.NineTenths, task.Spec.Budget.CostUsd);
        var (low, most) = (past.Sum(t => t.Past.Seconds.Half), tasks.Sum(t => Longest(t)));
        return new BatchEstimate(
            tasks.Count,
            past.Count,
            (paying.Sum(t => t.Past.Tokens.Half), paying.Sum(t => t.Past.Tasks > 0 ? Math.Min(t.Past.Tokens.NineTenths, t.Spec.Budget.Tokens) : t.Spec.Budget.Tokens)),
            (paying.Sum(t => t.Past.CostUsd?.Half ?? 0), high),
            (Math.Max(low / slots, past.Select(t => t.Past.Seconds.Half).DefaultIfEmpty().Max()), Math.Max(most / slots, tasks.Select(Longest).DefaultIfEmpty().Max())),
            tasks.Where(t => t.Spec.Model is not null).Sum(t => t.Spec.Budget.Tokens),
            tasks.Where(t => t.Spec.Model is not null).Aggregate((decimal?)0, (sum, t) => sum + t.Spec.Budget.CostUsd));
    }

    private static long Longest(PlannedLaunch task) =>
        task.Past.Tasks > 0 ? Math.Min(task.Past.Seconds.NineTenths, task.Spec.Budget.TimeoutSeconds) : task.Spec.Budget.TimeoutSeconds;

    private static decimal? Lesser(decimal? one, decimal? other) => one is { } a && other is { } b ? Math.Min(a, b) : one ?? other;
}
