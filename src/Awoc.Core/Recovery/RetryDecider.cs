using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;

namespace Awoc.Core.Recovery;

/// <summary>From a person's word to the command that reopens the task. Pure. A person's word brings a fresh budget.</summary>
public static class RetryDecider
{
    /// <summary>Longest <c>--defer</c>, in seconds.</summary>
    public const long LongestDefer = 30L * 24 * 3600;

    /// <param name="canResume">The task's agent keeps sessions and reads prompts; another starts anew.</param>
    public static RetryDecision Decide(AgentTask task, RetryOrder order, bool canResume, DateTimeOffset now)
    {
        var id = task.Id.Handle;
        if (task is { State: TaskState.AwaitingInput, WaitsFor: { } what })
            return new RetryDecision.Conflict($"task {id} waits for you: {what}. 'awoc cancel {id}' cancels it");
        if (task.State != TaskState.Ended)
            return new RetryDecision.Conflict($"task {id} has not ended: it is {task.State.Text()}. Wait for it (awoc wait {id}), or cancel it first (awoc cancel {id})");
        var ran = (task.RunMs + 999) / 1000;
        if (order.ExtendTimeout is { } total && total * 1000 <= task.RunMs)
            return new RetryDecision.Invalid(new SpecFault("--extend-timeout", Duration.Text(total), $"the total running time: more than the {Duration.Text(Math.Max(1, ran))} that task {id} has run"));
        if (order is { ExtendTimeout: not null, Timeout: not null })
            return new RetryDecision.Invalid(new SpecFault("--timeout", Duration.Text(order.Timeout.Value), "one of --timeout (time from now on) and --extend-timeout (time in all), not both"));

        var spec = task.Spec.Budget;
        var budget = task.Budget with
        {
            Tokens = task.Usage.Output + (order.Tokens ?? spec.Tokens),
            TimeoutSeconds = order.ExtendTimeout ?? ran + (order.Timeout ?? spec.TimeoutSeconds),
            InputTokens = spec.InputTokens is { } input ? task.Usage.WeightedInput + input : null,
            CostUsd = spec.CostUsd is { } cost ? (task.Usage.CostUsd ?? 0) + cost : null,
            Turns = spec.Turns is { } turns ? task.Usage.Turns + turns : null,
        };
        var mode = !canResume ? NextMode.Restart : order.Mode ?? (task.Outcome == TaskOutcome.Succeeded ? NextMode.Restart : NextMode.Resume);
        return new RetryDecision.Reopen(new TaskCommand.Reopen(order.By)
        {
            Next = mode == NextMode.Restart ? null : new NextAttempt(mode, task.Detail ?? $"it ended {task.Outcome.Text()}"),
            Budget = budget == task.Budget ? null : budget,
            DueAt = order.Defer is { } seconds ? now.AddSeconds(seconds) : null,
        });
    }
}

public abstract record RetryDecision
{
    private RetryDecision()
    {
    }

    public sealed record Reopen(TaskCommand.Reopen Command) : RetryDecision;

    public sealed record Conflict(string Why) : RetryDecision;

    public sealed record Invalid(SpecFault Fault) : RetryDecision;
}
