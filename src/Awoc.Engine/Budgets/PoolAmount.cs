using System.Globalization;
using Awoc.Core.Budgets;

namespace Awoc.Engine.Budgets;

/// <summary>How one limit of one pool stands.</summary>
/// <param name="Kind">What it limits.</param>
/// <param name="Spent">By attempts that have ended.</param>
/// <param name="Held">For attempts under way: all that they may still spend.</param>
public readonly record struct PoolAmount(PoolKind Kind, decimal Max, decimal Spent, decimal Held)
{
    public decimal Left => Math.Max(0, Max - Spent - Held);

    /// <summary>Its word in the settings.</summary>
    public string Key => Kind switch
    {
        PoolKind.Tokens => "tokens",
        PoolKind.InputTokens => "input_tokens",
        PoolKind.Cost => "cost",
    };

    /// <summary>The flag that limits a single task in the same way.</summary>
    public string Flag => Kind switch
    {
        PoolKind.Tokens => "--tokens",
        PoolKind.InputTokens => "--max-input-tokens",
        PoolKind.Cost => "--max-cost",
    };

    public string Unit => Kind switch
    {
        PoolKind.Tokens => "tokens",
        PoolKind.InputTokens => "input tokens",
        PoolKind.Cost => "dollars",
    };

    public string Text(decimal value) => value.ToString(Kind == PoolKind.Cost ? "0.00####" : "#,0", CultureInfo.InvariantCulture);

    internal static decimal? Of(PoolLimit limit, PoolKind kind) => kind switch
    {
        PoolKind.Tokens => limit.Tokens,
        PoolKind.InputTokens => limit.InputTokens,
        PoolKind.Cost => limit.CostUsd,
    };

    internal static decimal Of(Usage usage, PoolKind kind) => kind switch
    {
        PoolKind.Tokens => usage.Output,
        PoolKind.InputTokens => usage.WeightedInput,
        PoolKind.Cost => usage.CostUsd ?? 0,
    };

    /// <summary>What is left of a task's own budget; null where it has no such limit.</summary>
    internal static decimal? Rest(Budget budget, Usage used, PoolKind kind)
    {
        decimal? max = kind switch
        {
            PoolKind.Tokens => budget.Tokens,
            PoolKind.InputTokens => budget.InputTokens,
            PoolKind.Cost => budget.CostUsd,
        };
        return max is { } most ? Math.Max(0, most - Of(used, kind)) : null;
    }
}

public enum PoolKind
{
    Tokens,
    InputTokens,
    Cost,
}
