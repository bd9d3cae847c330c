using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Daemon.Api;

/// <summary>Limits and policies as the wire shows them.</summary>
internal static class BudgetViews
{
    /// <param name="exactness">Of the agent: one that calls no model has no token limits.</param>
    public static BudgetView Of(Budget budget, BudgetExactness exactness) => new(
        exactness == BudgetExactness.None ? null : budget.Tokens,
        budget.TimeoutSeconds,
        budget.InputTokens,
        budget.CostUsd,
        budget.Turns,
        budget.StallSeconds);

    public static PolicyView PolicyOf(TaskSpec spec) => new(
        spec.OnBudget.Text(),
        spec.OnFailure.Text(),
        spec.OnPermission.Text(),
        spec.MaxRetries,
        spec.MaxTotalTokens,
        spec.MaxTotalSeconds,
        spec.RecordWire ? true : null);
}
