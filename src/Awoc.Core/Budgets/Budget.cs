namespace Awoc.Core.Budgets;

/// <summary>The limits of a task over all its attempts.</summary>
/// <param name="Tokens">Tokens the model may generate, thinking and sub-agents included.</param>
/// <param name="TimeoutSeconds">Running time in seconds: waiting in a queue and a machine's sleep cost nothing.</param>
public sealed record Budget(long Tokens, long TimeoutSeconds)
{
    /// <summary>The seed's defaults: 5000 tokens, 600 seconds.</summary>
    public static Budget Default { get; } = new(5000, 600);

    public const long MaxTokens = 100_000_000;
    public const long MaxTimeoutSeconds = 30L * 24 * 3600;
}
