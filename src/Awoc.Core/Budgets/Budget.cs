namespace Awoc.Core.Budgets;

/// <summary>The limits of a task over all its attempts. The tightest wins; one that is null is not set.</summary>
/// <param name="Tokens">Tokens the model may generate, thinking and sub-agents included.</param>
/// <param name="TimeoutSeconds">Running time in seconds: waiting, for a queue or for a person, and a machine's sleep cost nothing.</param>
public sealed record Budget(long Tokens, long TimeoutSeconds)
{
    /// <summary>The seed's defaults: 5000 tokens, 600 seconds; five minutes without a sign of life.</summary>
    public static Budget Default { get; } = new(5000, 600) { StallSeconds = 300 };

    public const long MaxTokens = 100_000_000;

    public const long MaxTimeoutSeconds = 30L * 24 * 3600;

    /// <summary>Input tokens by <see cref="Usage.WeightedInput"/>.</summary>
    public long? InputTokens { get; init; }

    /// <summary>List price in US dollars.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>Answers of the model, those to sub-agents included; failed calls do not count, nor does the report's turn.</summary>
    public int? Turns { get; init; }

    /// <summary>Seconds without tokens, tool activity and CPU after which an attempt counts as hung.</summary>
    public long? StallSeconds { get; init; }
}
