using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Prompts;

/// <summary>What an attempt is told that it may use.</summary>
/// <param name="Tokens">Tokens it may generate: what is left of the budget in force.</param>
/// <param name="Seconds">Running time that is left.</param>
/// <param name="TokensUsed">Tokens that earlier attempts generated.</param>
/// <param name="SecondsUsed">Running time of earlier attempts.</param>
public sealed record PromptLimits(long Tokens, long Seconds, long TokensUsed = 0, long SecondsUsed = 0)
{
    /// <summary>The tokens, parted into those for the work and those kept for the report.</summary>
    public BudgetSplit Split => BudgetSplit.Of(Tokens);

    public static PromptLimits Of(Budget budget) => new(budget.Tokens, budget.TimeoutSeconds);

    /// <summary>What the task's earlier attempts have left of the budget in force.</summary>
    public static PromptLimits Of(AgentTask task)
    {
        var (tokens, seconds) = (task.Usage.Output, task.RunMs / 1000);
        return new PromptLimits(
            Math.Max(1, task.Budget.Tokens - tokens), Math.Max(1, task.Budget.TimeoutSeconds - seconds), tokens, seconds);
    }
}
