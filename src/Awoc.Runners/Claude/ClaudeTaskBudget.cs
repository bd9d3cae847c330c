using Awoc.Core.Agents;
using Awoc.Core.Budgets;

namespace Awoc.Runners.Claude;

/// <summary>
/// The budget that the model itself is told of (<c>output_config.task_budget</c>), so that it paces its work. It enforces
/// nothing, and an API or a model that does not know it refuses the whole request: it goes along only where it is known to be taken.
/// </summary>
internal static class ClaudeTaskBudget
{
    /// <summary>Less than this the API refuses.</summary>
    private const long Least = 20_000;

    /// <summary>A proxy or another provider's API may refuse what it does not know.</summary>
    private const string Provider = "api.anthropic.com";

    /// <returns>The work's share of what is left, in tokens; null where the model is not to be told.</returns>
    public static long? Of(AttemptContext context)
    {
        var work = BudgetSplit.Of(context.TokensLeft).Work;
        return work >= Least && TakesIt(context) && context.Availability.Upstream?.BaseUrl.Host == Provider ? work : null;
    }

    private static bool TakesIt(AttemptContext context)
    {
        if (context.Spec.Model is not { } model) return false;
        var name = model.Split('[', 2)[0];
        if (name == "opus") return context.Spec.Environment.Value("ANTHROPIC_DEFAULT_OPUS_MODEL") is null;
        return name == "claude-opus-4-8" || name.StartsWith("claude-opus-4-8-", StringComparison.Ordinal);
    }
}
