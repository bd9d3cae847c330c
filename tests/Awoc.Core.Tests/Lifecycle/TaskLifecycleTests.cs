using Awoc.Core.Budgets;
using Awoc.Core.Integration;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Storage.Conformance;

namespace Awoc.Core.Tests.Lifecycle;

public sealed class TaskLifecycleTests
{
    [Fact]
    public void Decide_EndedTask_IsUnreadUntilAcknowledgedOnce()
    {
        var ended = Ended();
        Assert.Null(ended.ReadAt);

        var read = Decide(ended, new TaskCommand.Acknowledge("user"));
        Assert.Equal(s_at, read.ReadAt);
        Assert.Empty(Assert.IsType<Decision.Accepted>(TaskLifecycle.Decide(read, new TaskCommand.Acknowledge("user"), s_at.AddHours(1))).Events);

        Assert.Null(Decide(read, new TaskCommand.Reopen("user")).ReadAt);
        Assert.IsType<Decision.Rejected>(TaskLifecycle.Decide(Launch().Next, new TaskCommand.Acknowledge("user"), s_at));
    }

    [Fact]
    public void Decide_CanceledWithNothingLeft_IsReadByWhoeverCanceledIt()
    {
        Assert.Equal(s_at, Decide(Launch().Next, new TaskCommand.Cancel("user")).ReadAt);

        var running = Decide(Launch().Next, new TaskCommand.Dispatch("n"));
        var partial = new TaskEnding { Outcome = TaskOutcome.Canceled, Reason = EndReason.User, Result = TaskResult.Partial };
        Assert.Null(Decide(running, new TaskCommand.Finish(1, Usage.Zero, 1, partial)).ReadAt);
    }

    [Fact]
    public void Decide_IntegrationOfEndedTask_ReadsIt()
    {
        var integrated = Decide(Ended(), new TaskCommand.NoteIntegrated("user", Record()));
        Assert.Equal(s_at, integrated.ReadAt);

        var again = Assert.IsType<Decision.Accepted>(TaskLifecycle.Decide(integrated, new TaskCommand.NoteIntegrated("user", Record()), s_at));
        Assert.IsType<TaskEvent.Integrated>(Assert.Single(again.Events));
        Assert.Equal(s_at, Decide(integrated, new TaskCommand.NoteUndone("user", 1)).ReadAt);

        Assert.IsType<Decision.Rejected>(TaskLifecycle.Decide(Launch().Next, new TaskCommand.NoteIntegrated("user", Record()), s_at));
    }

    [Fact]
    public void Decide_IntegrationThatFailed_SaysWhyAndStaysUnread()
    {
        var failed = Decide(Ended(), new TaskCommand.NoteUnintegrated("notes.md is a directory"));

        Assert.Equal((TaskOutcome.Succeeded, "notes.md is a directory", (DateTimeOffset?)null), (failed.Outcome, failed.Detail, failed.ReadAt));
        Assert.IsType<Decision.Rejected>(TaskLifecycle.Decide(Launch().Next, new TaskCommand.NoteUnintegrated("why"), s_at));
    }

    [Fact]
    public void Decide_PartialResultTaken_CountsAsRead() =>
        Assert.Equal(s_at, Decide(Ended(TaskResult.Partial), new TaskCommand.UseResult("user", "/home/user/out.md")).ReadAt);

    [Fact]
    public void Decide_VerificationAgain_ChangesTheVerdictAlone()
    {
        var ended = Ended();

        var verified = Decide(ended, new TaskCommand.NoteVerified("user", Verification.Failed, []));

        Assert.Equal(ended with { Verification = Verification.Failed, Version = ended.Version + 1 }, verified);
        Assert.IsType<Decision.Rejected>(TaskLifecycle.Decide(Launch().Next, new TaskCommand.NoteVerified("user", Verification.Passed, []), s_at));
    }

    [Fact]
    public void Decide_MendOutsideAnAttempt_IsRefused()
    {
        Assert.IsType<Decision.Rejected>(TaskLifecycle.Decide(Launch().Next, new TaskCommand.NoteMend([]), s_at));
        var running = Decide(Launch().Next, new TaskCommand.Dispatch("n"));
        Assert.Equal(running with { Version = running.Version + 1 }, Decide(running, new TaskCommand.NoteMend([])));
    }

    private static AgentTask Ended(TaskResult result = TaskResult.Complete) => Decide(
        Decide(Launch().Next, new TaskCommand.Dispatch("n")),
        new TaskCommand.Finish(1, Usage.Zero, 1, new TaskEnding { Outcome = TaskOutcome.Succeeded, Result = result }));

    private static IntegrationRecord Record() => new()
    {
        Number = 1,
        Mode = IntegrationMode.Append,
        Target = "/home/user/notes.md",
        ShaAfter = "ab",
        ResultSha = "cd",
        Quality = new IntegrationQuality(),
    };

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

        var task = TaskLifecycle.Launch(TaskId.Parse("1763876543-9f86d081884c"), RandomLife.Due(RandomLife.Spec(), due), s_at).Next;

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
