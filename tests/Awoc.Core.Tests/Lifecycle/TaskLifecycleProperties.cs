using Awoc.Core.Lifecycle;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;
using CsCheck;
using Storage.Conformance;

namespace Awoc.Core.Tests.Lifecycle;

/// <summary>What holds after every command of every random life.</summary>
public sealed class TaskLifecycleProperties
{
    [Fact]
    public void Decide_EndedTask_OnlyReopenLeadsOut() => ForEachCommand((before, command, decision, _) =>
    {
        if (before.State != TaskState.Ended || decision is not Decision.Accepted accepted) return;
        if (command is TaskCommand.Reopen) Assert.NotEqual(TaskState.Ended, accepted.Next.State);
        else Assert.Equal((TaskState.Ended, before.Outcome, before.EndedAt), (accepted.Next.State, accepted.Next.Outcome, accepted.Next.EndedAt));
    });

    [Fact]
    public void Decide_AnyCommand_OnlyEndedTasksAreReadAndStayRead() => ForEachCommand((before, command, decision, _) =>
    {
        if (decision is not Decision.Accepted { Next: var next }) return;
        if (next.ReadAt is not null) Assert.Equal(TaskState.Ended, next.State);
        if (before.ReadAt is not null && command is not TaskCommand.Reopen) Assert.Equal(before.ReadAt, next.ReadAt);
    });

    [Fact]
    public void Decide_AnyCommand_OutcomeExactlyWhenEnded() => ForEachCommand((_, _, decision, log) =>
    {
        if (decision is not Decision.Accepted { Next: var next }) return;
        Assert.Equal(next.State == TaskState.Ended, next.Outcome is not null);
        Assert.Equal(next.State == TaskState.Ended, next.EndedAt is not null);

        // One end for the launch and one for each reopening, less the life that is still going on.
        var ends = log.Count(e => e is TaskEvent.Ended);
        var lives = 1 + log.Count(e => e is TaskEvent.Reopened);
        Assert.Equal(next.State == TaskState.Ended ? lives : lives - 1, ends);
    });

    [Fact]
    public void Decide_AnyCommand_EachEventRaisesTheVersionByOne() => ForEachCommand((before, _, decision, _) =>
    {
        if (decision is not Decision.Accepted accepted) return;
        Assert.Equal(before.Version + accepted.Events.Count, accepted.Next.Version);
        var task = before;
        foreach (var e in accepted.Events)
        {
            var next = TaskLifecycle.Apply(task, e);
            Assert.Equal(task.Version + 1, next.Version);
            task = next;
        }

        Assert.Equal(accepted.Next, task);
    });

    [Fact]
    public void Replay_WholeLog_IsTheCurrentState() => ForEachCommand((_, _, decision, log) =>
    {
        if (decision is Decision.Accepted accepted) Assert.Equal(accepted.Next, TaskLifecycle.Replay(log));
    });

    [Fact]
    public void Decide_DispatchOrAdopt_AloneRaiseTheFence() => ForEachCommand((before, command, decision, _) =>
    {
        if (decision is not Decision.Accepted { Next: var next }) return;
        if (command is TaskCommand.Dispatch or TaskCommand.Adopt) Assert.True(next.Fence > before.Fence);
        else Assert.Equal(before.Fence, next.Fence);
    });

    [Fact]
    public void Decide_StaleFence_IsRefused() => ForEachCommand((before, command, decision, _) =>
    {
        var fence = command switch
        {
            TaskCommand.Finish c => c.Fence,
            TaskCommand.Defer c => c.Fence,
            TaskCommand.Pause c => c.Fence,
            _ => before.Fence,
        };
        if (fence != before.Fence) Assert.IsType<Decision.Rejected>(decision);
    });

    [Fact]
    public void Decide_CancelOfWaitingTask_EndsItAtOnce() => ForEachCommand((before, command, decision, _) =>
    {
        if (command is not TaskCommand.Cancel || before.InAttempt || before.State == TaskState.Ended) return;
        var accepted = Assert.IsType<Decision.Accepted>(decision);
        Assert.Equal(TaskState.Ended, accepted.Next.State);
        Assert.Equal(TaskOutcome.Canceled, accepted.Next.Outcome);
    });

    [Fact]
    public void Decide_CancelOfRunningTask_IsKeptUntilTheEnd() => ForEachCommand((before, command, decision, _) =>
    {
        if (decision is not Decision.Accepted { Next: var next }) return;
        if (command is TaskCommand.Cancel && before.InAttempt) Assert.True(next.CancelRequested);
        if (before.CancelRequested) Assert.True(next.CancelRequested || next.State == TaskState.Ended);

        // Nobody is left to act on the request once the attempt is over.
        if (next.CancelRequested) Assert.True(next.InAttempt);
    });

    [Fact]
    public void Decide_AnyCommand_AttemptsBeginAndEndInTurn() => ForEachCommand((_, _, decision, log) =>
    {
        if (decision is not Decision.Accepted { Next: var next }) return;
        var (number, open) = (0, false);
        foreach (var e in log)
        {
            switch (e)
            {
                case TaskEvent.AttemptStarted a:
                    Assert.False(open);
                    Assert.Equal(++number, a.Attempt);
                    open = true;
                    break;
                case TaskEvent.AttemptAdopted a:
                    Assert.True(open);
                    Assert.Equal(number, a.Attempt);
                    break;
                case TaskEvent.AttemptEnded a:
                    Assert.True(open);
                    Assert.Equal(number, a.Attempt);
                    open = false;
                    break;
            }
        }

        Assert.Equal(number, next.Attempt);
        Assert.Equal(open, next.InAttempt);
        if (next.State == TaskState.Running) Assert.True(next.InAttempt);
        if (next.State is TaskState.Scheduled or TaskState.Queued or TaskState.Ended) Assert.False(next.InAttempt);
    });

    [Fact]
    public void Decide_AnyCommand_UsageIsTheSumOfItsAttempts() => ForEachCommand((_, _, decision, log) =>
    {
        if (decision is not Decision.Accepted { Next: var next }) return;
        var ended = log.OfType<TaskEvent.AttemptEnded>().ToList();
        Assert.Equal(ended.Sum(e => e.Usage.Output), next.Usage.Output);
        Assert.Equal(ended.Sum(e => e.RunMs), next.RunMs);
    });

    [Fact]
    public void Decide_AnyCommand_TheBudgetIsTheLastThatWasGiven() => ForEachCommand((before, command, decision, log) =>
    {
        if (decision is not Decision.Accepted { Next: var next }) return;
        Assert.Equal(log.OfType<TaskEvent.BudgetChanged>().LastOrDefault()?.Budget ?? next.Spec.Budget, next.Budget);
        if (command is TaskCommand.ChangeBudget change) Assert.Equal((change.Budget, before.State), (next.Budget, next.State));
    });

    [Fact]
    public void Decide_Pause_WaitsForMoreOfTheBudgetUntilSomebodySays() => ForEachCommand((before, command, decision, _) =>
    {
        if (decision is not Decision.Accepted { Next: var next }) return;
        if (command is TaskCommand.Pause pause && !before.CancelRequested)
            Assert.Equal((TaskState.AwaitingInput, pause.Recovery.Next!.Spent, pause.Question), (next.State, next.SpentBudget, next.WaitsFor));
        else if (command is TaskCommand.LetEnd) Assert.Equal((TaskState.Ended, before.SpentBudget), (next.State, next.Reason));
        else if (next.SpentBudget is not null) Assert.Equal(before.SpentBudget, next.SpentBudget);
    });

    [Fact]
    public void Decide_Reopen_BeginsTheCountsOfRecoveryAnew() => ForEachCommand((_, command, decision, _) =>
    {
        if (command is not TaskCommand.Reopen reopen || decision is not Decision.Accepted { Next: var next }) return;
        Assert.Equal(RecoveryState.None with { Next = reopen.Next }, next.Recovery);
        Assert.Equal(reopen.DueAt is null ? TaskState.Queued : TaskState.Scheduled, next.State);
    });

    [Fact]
    public void Decide_Defer_KeepsWhatRecoveryHasDone() => ForEachCommand((before, command, decision, _) =>
    {
        if (command is not TaskCommand.Defer defer || before.CancelRequested || decision is not Decision.Accepted { Next: var next }) return;
        Assert.Equal(defer.Recovery ?? before.Recovery with { Next = null }, next.Recovery);
        Assert.Equal((TaskState.Scheduled, defer.WaitsFor), (next.State, next.WaitsFor));
    });

    [Fact]
    public void Decide_EndOfAnAttempt_UsesUpHowItWasToGoOn() => ForEachCommand((_, command, decision, _) =>
    {
        if (command is TaskCommand.Finish && decision is Decision.Accepted { Next: var next }) Assert.Null(next.Recovery.Next);
    });

    [Fact]
    public void Decide_Land_IsForTheRecordAlone() => ForEachCommand((before, command, decision, _) =>
    {
        if (command is not TaskCommand.Land) return;
        if (before.InAttempt) Assert.Equal(before with { Version = before.Version + 1 }, Assert.IsType<Decision.Accepted>(decision).Next);
        else Assert.IsType<Decision.Rejected>(decision);
    });

    [Fact]
    public void Decide_Postpone_IsForATaskThatIsQueuedOrScheduled() => ForEachCommand((before, command, decision, _) =>
    {
        if (command is not TaskCommand.Postpone postpone) return;
        if (before.State is not (TaskState.Queued or TaskState.Scheduled))
        {
            Assert.IsType<Decision.Rejected>(decision);
            return;
        }

        var next = Assert.IsType<Decision.Accepted>(decision).Next;
        Assert.Equal((TaskState.Scheduled, postpone.Kind, postpone.WaitsFor, before.Recovery), (next.State, next.WaitKind!.Value, next.WaitsFor, next.Recovery));
    });

    [Fact]
    public void Decide_Enqueue_HasItsPlaceAgainAfterAHoldAndANewOneAfterAnyOtherWait() => ForEachCommand((before, command, decision, _) =>
    {
        if (command is not TaskCommand.Enqueue || decision is not Decision.Accepted { Events.Count: > 0 } accepted) return;
        var held = before.WaitKind is WaitKind.Context or WaitKind.Window or WaitKind.Budget;
        Assert.Equal(held && before.QueuedAt is { } place ? place : accepted.Events[^1].At, accepted.Next.QueuedAt);
    });

    [Fact]
    public void Decide_Refuse_FailsATaskThatWaits() => ForEachCommand((before, _, _, _) =>
    {
        var decision = TaskLifecycle.Decide(before, new TaskCommand.Refuse(EndReason.DayBudget, "no room"), before.CreatedAt);
        if (before.InAttempt || before.State == TaskState.Ended)
        {
            Assert.IsType<Decision.Rejected>(decision);
            return;
        }

        var next = Assert.IsType<Decision.Accepted>(decision).Next;
        Assert.Equal((TaskState.Ended, TaskOutcome.Failed, EndReason.DayBudget, before.Result), (next.State, next.Outcome, next.Reason, next.Result));
    });

    [Fact]
    public void Decide_AnyTime_IsKeptInWholeMicroseconds() => ForEachCommand((_, _, decision, _) =>
    {
        if (decision is not Decision.Accepted { Next: var next } accepted) return;
        foreach (var time in accepted.Events.Select(e => (DateTimeOffset?)e.At).Append(next.DueAt)) Assert.Equal(0, time?.Nanosecond ?? 0);
    });

    private static void ForEachCommand(Action<AgentTask, TaskCommand, Decision, IReadOnlyList<TaskEvent>> check) =>
        Gen.Select(RandomLife.Steps, Gen.Bool).Sample(
            (steps, scheduled) =>
            {
                var at = RandomLife.Start.AddTicks(3);
                var launch = TaskLifecycle.Launch(
                    TaskId.Parse("1763876543-9f86d081884c"), RandomLife.Due(RandomLife.Spec(), scheduled ? at.AddTicks(123_456_789) : null), at);
                var task = launch.Next;
                var log = launch.Events.ToList();
                foreach (var step in steps)
                {
                    at = at.AddTicks(step.Amount + 1);
                    var command = RandomLife.Command(step, task, at);
                    var decision = TaskLifecycle.Decide(task, command, at);
                    if (decision is Decision.Accepted accepted) log.AddRange(accepted.Events);
                    check(task, command, decision, log);
                    if (decision is Decision.Accepted { Next: var next }) task = next;
                }
            },
            iter: 1000);
}
