using System.Globalization;
using System.Text;
using Awoc.Core.Tasks;

namespace Awoc.Engine.TaskFolders;

/// <summary>A spec's limits and policies as <c>awoc run</c> takes them: every one that is set, so that no later default slips in.</summary>
internal static class LaunchFlags
{
    /// <summary>Each flag with a space before it.</summary>
    public static string Of(TaskSpec spec)
    {
        var text = new StringBuilder();
        var budget = spec.Budget;
        if (spec.Model is not null) Add("--tokens", budget.Tokens);
        Add("--timeout", budget.TimeoutSeconds);
        Add("--stall-timeout", budget.StallSeconds ?? 0);
        Add("--max-input-tokens", budget.InputTokens);
        Add("--max-cost", budget.CostUsd);
        Add("--max-turns", budget.Turns);
        Add("--on-budget", spec.OnBudget.Text());
        Add("--on-failure", spec.OnFailure.Text());
        Add("--retry", spec.MaxRetries);
        Add("--max-total-tokens", spec.MaxTotalTokens);
        Add("--max-total-time", spec.MaxTotalSeconds);
        Add("--permissions", spec.OnPermission.Text());
        if (spec.Strict) text.Append(" --strict");
        Add("--mends", spec.Mends);
        if (spec.RecordWire) text.Append(" --record");
        if (spec.Integrate is { } mode) Add("--integrate", spec.IntegrateInto is { } into ? LaunchScript.Quote($"{mode.Text()}:{into}") : mode.Text());
        if (spec.Group is { } group) Add("--group", group);
        if (spec.Queue != TaskSpec.DefaultQueue) Add("--queue", spec.Queue);
        if (spec.Priority != 0) Add("--priority", spec.Priority);
        return text.ToString();

        void Add(string flag, IConvertible? value)
        {
            if (value is not null) text.Append(CultureInfo.InvariantCulture, $" {flag} {value.ToString(CultureInfo.InvariantCulture)}");
        }
    }
}
