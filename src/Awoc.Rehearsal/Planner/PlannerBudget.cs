namespace Awoc.Rehearsal.Planner;

/// <summary>
/// How much the planner lets itself say. It aims well under the task's budget: AWOC keeps back a reserve for the report
/// (R = min(max(B/4, 1200), B/2, 8000)) and stops an agent that comes near what is left, and a rehearsal is to finish by itself.
/// </summary>
internal sealed record PlannerBudget
{
    private const int Most = 2_600;

    /// <summary>Below this many tokens a task gets a short report and no look at the files.</summary>
    private const int FewestForTools = 600;

    /// <summary>Output tokens for the whole task.</summary>
    public required int Total { get; init; }

    /// <summary>What all probes together may cost; the rest is for the report.</summary>
    public required int Probes { get; init; }

    public static PlannerBudget Of(int? asked)
    {
        if (asked is not { } budget) return new PlannerBudget { Total = Most, Probes = Most * 4 / 10 };
        var reserve = Math.Min(Math.Min(Math.Max(budget / 4, 1200), budget / 2), 8000);
        var work = (int)((budget - reserve - 256) * 0.8);
        var total = Math.Min(Most, Math.Max(work, (int)(budget * 0.3)));
        return new PlannerBudget { Total = total, Probes = budget < FewestForTools ? 0 : total * 4 / 10 };
    }
}
