using Awoc.Core.Agents;
using Awoc.Core.Contracts;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;

namespace Awoc.Engine.Verifying;

/// <summary>The end of an attempt whose agent did well and whose result breaks its contract: it fails, and all of it is kept.</summary>
internal static class BrokenContract
{
    private const int LongestMessage = 200;

    public static AttemptVerdict Verdict(TaskId id, CheckOutcome check)
    {
        var errors = check.Errors.ToList();
        var first = errors[0].Line is { } line ? $"line {line}: {errors[0].Message}" : errors[0].Message;
        if (first.Length > LongestMessage) first = first[..LongestMessage] + "…";
        var more = errors.Count > 1 ? $" and {errors.Count - 1} more" : "";
        return new AttemptVerdict(
            TaskOutcome.Failed, EndReason.ContractViolated,
            $"the result breaks its contract ({first}{more}); 'awoc verify {id.Handle}' shows what is wrong, 'awoc output {id.Handle}' the result, 'awoc retry {id.Handle} --resume' goes on");
    }

    /// <summary>The result as it is, in the task's directory: a broken one is not brought to the user's OUTPUT.</summary>
    /// <param name="partial">The ending with what the attempt left.</param>
    public static TaskEnding Keep(AgentTask task, TaskFolder folder, ProducedOutput produced, TaskEnding partial)
    {
        if (OutputDelivery.Keep(folder, produced, task.Spec.Output) is not { } kept) return partial;
        var where = produced is ProducedOutput.InPlace ? $"{partial.Detail}; the agent wrote {task.Spec.Output} itself" : $"{partial.Detail}; it lies in {kept}";
        return partial with { Result = TaskResult.Partial, ResultPath = kept, Detail = where };
    }
}
