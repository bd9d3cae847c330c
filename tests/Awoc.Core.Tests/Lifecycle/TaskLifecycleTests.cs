using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Storage.Conformance;

namespace Awoc.Core.Tests.Lifecycle;

public sealed class TaskLifecycleTests
{
    private static readonly DateTimeOffset s_at = RandomLife.Start;

    [Fact]
    public void Launch_NoDueTime_IsQueuedAtVersionTwo()
    {
        var launch = Launch();

        Assert.Equal(TaskState.Queued, launch.Next.State);
        Assert.Equal(2, launch.Next.Version);
        Assert.Collection(launch.Events, e => Assert.IsType<TaskEvent.Launched>(e), e => Assert.IsType<TaskEvent.Queued>(e));
    }

    [Fact]
    public void Launch_DueTime_IsScheduledForIt()
    {
        var due = s_at.AddHours(1);

        var task = TaskLifecycle.Launch(TaskId.Parse("1763876543-9f86d081884c"), RandomLife.Spec(), s_at, due).Next;

        Assert.Equal((TaskState.Scheduled, due), (task.State, task.DueAt));
    }

    [Fact]
    public void Decide_FinishBetweenAttempts_IsRefused()
    {
        var waiting = Decide(Decide(Launch().Next, new TaskCommand.Dispatch("n")), Defer(1));
        var queued = Decide(waiting, new TaskCommand.Enqueue());
        var asked = Decide(queued, new TaskCommand.AskInput("which?"));

        var decision = TaskLifecycle.Decide(asked, new TaskCommand.Finish(1, Usage.Zero, 5, new TaskEnding { Outcome = TaskOutcome.Succeeded }), s_at);

        Assert.IsType<Decision.Rejected>(decision);
    }

    [Fact]
    public void Decide_DeferAfterCancel_EndsCanceled()
    {
        var canceled = Decide(Decide(Launch().Next, new TaskCommand.Dispatch("n")), new TaskCommand.Cancel("user"));

        var task = Decide(canceled, Defer(1));

        Assert.Equal((TaskState.Ended, TaskOutcome.Canceled, EndReason.User), (task.State, task.Outcome, task.Reason));
        Assert.Equal(7, task.RunMs);
    }

    [Fact]
    public void Decide_AnswerWithoutAttempt_QueuesTheTask()
    {
        var asked = Decide(Launch().Next, new TaskCommand.AskInput("which?"));
        Assert.Equal((TaskState.AwaitingInput, "which?"), (asked.State, asked.WaitsFor));

        var answered = Decide(asked, new TaskCommand.GiveInput("main"));

        Assert.Equal((TaskState.Queued, null), (answered.State, answered.WaitsFor));
    }

    [Fact]
    public void Decide_Reopen_KeepsIdAndCountsOn()
    {
        var ended = Decide(
            Decide(Launch().Next, new TaskCommand.Dispatch("n")),
            new TaskCommand.Finish(1, new Usage(100), 9, new TaskEnding { Outcome = TaskOutcome.Failed, Reason = EndReason.Network }));

        var second = Decide(Decide(ended, new TaskCommand.Reopen("user")), new TaskCommand.Dispatch("n"));

        Assert.Equal((ended.Id, 2, 2L, 100L), (second.Id, second.Attempt, second.Fence, second.Usage.Output));
        Assert.Null(second.Outcome);
    }

    [Fact]
    public void Decide_Rejected_NamesTaskAndState()
    {
        var decision = TaskLifecycle.Decide(Launch().Next, new TaskCommand.Reopen("user"), s_at);

        Assert.Equal("task 9f86d081884c cannot be retried: it has not ended", Assert.IsType<Decision.Rejected>(decision).Why);
    }

    [Fact]
    public void Apply_FirstEventIsNoLaunch_Throws() =>
        Assert.Throws<InvalidOperationException>(() => TaskLifecycle.Replay([new TaskEvent.Queued { At = s_at }]));

    [Fact]
    public void Apply_SecondLaunch_Throws()
    {
        var log = Launch().Events;
        Assert.Throws<InvalidOperationException>(() => TaskLifecycle.Replay([.. log, log[0]]));
    }

    private static Decision.Accepted Launch() => TaskLifecycle.Launch(TaskId.Parse("1763876543-9f86d081884c"), RandomLife.Spec(), s_at);

    private static TaskCommand.Defer Defer(long fence) =>
        new(fence, TaskOutcome.Failed, EndReason.RateLimited, Usage.Zero, 7, s_at.AddMinutes(5), "a quota window");

    private static AgentTask Decide(AgentTask task, TaskCommand command) =>
        Assert.IsType<Decision.Accepted>(TaskLifecycle.Decide(task, command, s_at)).Next;
}
