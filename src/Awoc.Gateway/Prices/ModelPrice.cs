using Awoc.Core.Budgets;

namespace Awoc.Gateway.Prices;

/// <summary>What a model costs, in US dollars per million tokens.</summary>
internal sealed record ModelPrice(decimal Input, decimal Output, decimal CacheRead, decimal CacheWrite)
{
    private const decimal Million = 1_000_000m;

    /// <summary>What an hour's write costs, in fresh tokens; one for five minutes costs <see cref="CacheWrite"/>.</summary>
    private const decimal HourShare = 2m;

    /// <summary>Of one generated token.</summary>
    public decimal PerToken => Output / Million;

    public decimal Of(Usage usage) =>
        ((usage.Input * Input) + (usage.CacheRead * CacheRead) + ((usage.CacheWrite - usage.HourWrite) * CacheWrite) + (usage.HourWrite * HourWrite) + (usage.Output * Output)) / Million;

    /// <summary>The most that so much input can cost: all of it written to the cache.</summary>
    /// <param name="tokens">Input tokens.</param>
    /// <param name="hour">It may be written for an hour.</param>
    public decimal OfInput(long tokens, bool hour) => tokens * Math.Max(Input, hour ? HourWrite : CacheWrite) / Million;

    private decimal HourWrite => Math.Max(CacheWrite, Input * HourShare);
}
