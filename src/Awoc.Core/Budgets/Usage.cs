namespace Awoc.Core.Budgets;

/// <summary>Tokens spent, as the wire or the agent reported them.</summary>
/// <param name="Output">Generated tokens, thinking included: what <see cref="Budget.Tokens"/> limits.</param>
/// <param name="Thinking">The part of <see cref="Output"/> that was thinking, where the provider tells.</param>
/// <param name="Input">Input tokens at full weight, neither read from nor written to a cache.</param>
/// <param name="CacheRead">Input tokens read from the provider's cache.</param>
/// <param name="CacheWrite">Input tokens written to the provider's cache.</param>
public sealed record Usage(long Output = 0, long Thinking = 0, long Input = 0, long CacheRead = 0, long CacheWrite = 0)
{
    /// <summary>The part of <see cref="CacheWrite"/> that was written for an hour, where the provider tells: it costs twice a fresh token.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public long HourWrite { get; init; }

    /// <summary>List price in US dollars, where it is known.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>Answers of the model to the main thread, where the gateway counted them.</summary>
    public int Turns { get; init; }

    /// <summary>Some of it had to be assumed: a stream whose end was not seen.</summary>
    public bool Estimated { get; init; }

    public static Usage Zero { get; } = new();

    /// <summary>
    /// Input by what it costs next to a fresh token: a cache read a tenth, a cache write a quarter more, one for an hour as
    /// much again (Anthropic's price list).
    /// </summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long WeightedInput => Input + (((CacheWrite * 5) + (HourWrite * 3)) / 4) + (CacheRead / 10);

    public static Usage operator +(Usage left, Usage right) => new(
        left.Output + right.Output,
        left.Thinking + right.Thinking,
        left.Input + right.Input,
        left.CacheRead + right.CacheRead,
        left.CacheWrite + right.CacheWrite)
    {
        HourWrite = left.HourWrite + right.HourWrite,
        CostUsd = left.CostUsd is null && right.CostUsd is null ? null : (left.CostUsd ?? 0) + (right.CostUsd ?? 0),
        Turns = left.Turns + right.Turns,
        Estimated = left.Estimated || right.Estimated,
    };
}
