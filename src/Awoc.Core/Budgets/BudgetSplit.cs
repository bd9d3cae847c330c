namespace Awoc.Core.Budgets;

/// <summary>
/// A budget parted into what the work may use and what is kept for the report, so that there always is one
/// (<c>attempts.md</c>, "The budget's stop": R = min(max(B/4, 1200), B/2, 8000)).
/// </summary>
/// <param name="Work">Spent, the work is stopped.</param>
/// <param name="Report">Kept for the one turn that writes down what there is.</param>
public readonly record struct BudgetSplit(long Work, long Report)
{
    private const long LeastReport = 1200;

    private const long MostReport = 8000;

    /// <summary>Less than this left of the work's share is spent: an answer so short is worth less than its input.</summary>
    public const long WorkFloor = 256;

    /// <param name="tokens">What the attempt may generate in all.</param>
    public static BudgetSplit Of(long tokens)
    {
        var report = Math.Min(Math.Min(Math.Max(tokens / 4, LeastReport), tokens / 2), MostReport);
        return new BudgetSplit(tokens - report, report);
    }

    /// <summary>The same for running time in milliseconds: a tenth for the report, 2 to 60 s of it, never above a half.</summary>
    public static BudgetSplit OfTime(long milliseconds)
    {
        var report = Math.Min(Math.Clamp(milliseconds / 10, 2_000, 60_000), milliseconds / 2);
        return new BudgetSplit(milliseconds - report, report);
    }
}
