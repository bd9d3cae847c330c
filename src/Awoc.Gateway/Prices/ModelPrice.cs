using Awoc.Core.Budgets;

namespace Awoc.Gateway.Prices;

/// <summary>What a model costs, in US dollars per million tokens.</summary>
internal sealed record ModelPrice(decimal Input, decimal Output, decimal CacheRead, decimal CacheWrite)
{
    private const decimal Million = 1_000_000m;

    /// <summary>Of one generated token.</summary>
    public decimal PerToken => Output / Million;

    public decimal Of(Usage usage) =>
        ((usage.Input * Input) + (usage.CacheRead * CacheRead) + (usage.CacheWrite * CacheWrite) + (usage.Output * Output)) / Million;

    /// <summary>The most that so much input can cost: all of it written to the cache.</summary>
    public decimal OfInput(long tokens) => tokens * Math.Max(Input, CacheWrite) / Million;
}
