namespace Awoc.Client.Wire;

/// <summary>What <c>awoc topup</c> sends: what is added to each limit, as the user wrote it; null leaves a limit as it is.</summary>
public sealed record TopUpRequest
{
    /// <summary>A whole number: tokens the model may generate.</summary>
    public string? Tokens { get; init; }

    /// <summary>Running time in seconds, or a duration such as <c>10m</c>.</summary>
    public string? Timeout { get; init; }

    /// <summary>US dollars.</summary>
    public string? MaxCost { get; init; }

    /// <summary>A whole number: input tokens, cached ones at their lower weight.</summary>
    public string? MaxInputTokens { get; init; }

    /// <summary>A whole number: answers of the model.</summary>
    public string? MaxTurns { get; init; }
}
