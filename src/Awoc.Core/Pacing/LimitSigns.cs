namespace Awoc.Core.Pacing;

/// <summary>What an answer of a model API says about its limits.</summary>
public sealed record LimitSigns
{
    public static LimitSigns None { get; } = new();

    /// <summary>How long to wait before the next try, where the answer is a refusal and says so.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>When the limit resets that the answer was refused for; null where it is no refusal or does not say.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>How many requests there may be; null where nothing is said.</summary>
    public BudgetSign? Requests { get; init; }

    /// <summary>How many tokens there may be, by kind.</summary>
    public IReadOnlyList<BudgetSign> Tokens { get; init; } = [];

    /// <summary>A subscription's usage windows.</summary>
    public IReadOnlyList<WindowSign> Windows { get; init; } = [];
}

/// <summary>A count that is used up and fills again until <paramref name="ResetsAt"/>, when it is whole.</summary>
public readonly record struct BudgetSign(long Limit, long Remaining, DateTimeOffset ResetsAt);

/// <summary>One usage window as the API or an agent tells of it.</summary>
/// <param name="Kind">Its name: <c>5h</c>, <c>7d</c>, <c>7d_opus</c>…</param>
/// <param name="Used">From 0 to 1 (more where it is overrun); null where not said.</param>
/// <param name="Closed">Requests are refused for it; null where not said.</param>
public sealed record WindowSign(string Kind, double? Used, DateTimeOffset? ResetsAt, bool? Closed);
