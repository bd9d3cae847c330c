using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using CsCheck;

namespace Storage.Conformance;

public abstract partial class TaskStoreConformance
{
    [Fact]
    public async Task Commit_WholeLife_StateAndEventsAreStoredTogether()
    {
        var task = await LaunchAsync();
        task = await CommitAsync(task, new TaskCommand.Dispatch("node"));
        AssertSame(task, await Store.FindAsync(task.Id, Cancellation));
        task = await CommitAsync(task, Finish(task));

        AssertSame(task, await Store.FindAsync(task.Id, Cancellation));
        var events = await Store.EventsAsync(0, 100, task.Id, Cancellation);
        Assert.Equal([1, 2, 3, 4, 5], events.Select(e => e.Version));
        AssertSame(task, TaskLifecycle.Replay(events.Select(e => e.Event)));
    }

    [Fact]
    public async Task Commit_CancelOfASeries_IsKeptUntilItIsReopened()
    {
        var task = await CommitAsync(await LaunchAsync(RandomLife.Spec() with { Recurs = new Recurrence("0 2 * * *", "Etc/UTC") }), new TaskCommand.Dispatch("node"));
        task = await CommitAsync(task, new TaskCommand.Cancel("user") { Series = true });
        Assert.Equal((true, true), (task.CancelRequested, task.SeriesCanceled));
        AssertSame(task, await Store.FindAsync(task.Id, Cancellation));

        task = await CommitAsync(task, Finish(task, TaskOutcome.Canceled));
        Assert.Equal((false, true), (task.CancelRequested, task.SeriesCanceled));
        AssertSame(task, await Store.FindAsync(task.Id, Cancellation));
        AssertSame(task, TaskLifecycle.Replay((await Store.EventsAsync(0, 100, task.Id, Cancellation)).Select(e => e.Event)));

        task = await CommitAsync(task, new TaskCommand.Reopen("user"));
        Assert.False(task.SeriesCanceled);
        AssertSame(task, await Store.FindAsync(task.Id, Cancellation));
    }

    [Fact]
    public async Task Commit_OldVersion_IsAConflictAndChangesNothing()
    {
        var stale = await LaunchAsync();
        var task = await CommitAsync(stale, new TaskCommand.Dispatch("node"));
        var seq = await Store.LastSeqAsync(Cancellation);

        var result = await Store.CommitAsync(
            new TaskCommit(stale.Version, null, Decide(stale, new TaskCommand.Dispatch("other"))), Cancellation);

        Assert.Equal(CommitResult.Conflict, result);
        AssertSame(task, await Store.FindAsync(task.Id, Cancellation));
        Assert.Equal(seq, await Store.LastSeqAsync(Cancellation));
        Assert.Equal("node", Assert.Single(await Store.AttemptsAsync(task.Id, Cancellation)).Node);
    }

    [Fact]
    public async Task Commit_OldFence_IsAConflict()
    {
        var task = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("old"));
        task = await CommitAsync(task, new TaskCommand.Adopt("new"));
        var decision = Decide(task, Finish(task));

        Assert.Equal(CommitResult.Conflict, await Store.CommitAsync(new TaskCommit(task.Version, task.Fence - 1, decision), Cancellation));
        Assert.Equal(CommitResult.Applied, await Store.CommitAsync(new TaskCommit(task.Version, task.Fence, decision), Cancellation));
    }

    [Fact]
    public async Task Commit_UnknownTask_IsNotFound()
    {
        var task = NewLaunch().Next;

        Assert.Equal(
            CommitResult.NotFound,
            await Store.CommitAsync(new TaskCommit(task.Version, null, Decide(task, new TaskCommand.Dispatch("n"))), Cancellation));
        Assert.Equal(0, await Store.LastSeqAsync(Cancellation));
    }

    [Fact]
    public async Task Commit_NoEvents_AnswersWhetherTheTaskStandsThere()
    {
        var ended = await EndedAsync();
        var nothing = Decide(ended, new TaskCommand.Cancel("user"));
        Assert.Empty(nothing.Events);

        Assert.Equal(CommitResult.Applied, await Store.CommitAsync(new TaskCommit(ended.Version, null, nothing), Cancellation));
        Assert.Equal(CommitResult.Conflict, await Store.CommitAsync(new TaskCommit(ended.Version, ended.Fence + 1, nothing), Cancellation));
        Assert.Equal(ended.Version, (await Store.EventsAsync(0, 100, ended.Id, Cancellation)).Count);
    }

    [Fact]
    public async Task Commit_EventsThatDoNotLeadToTheVersion_AreABug()
    {
        var task = await LaunchAsync();
        var decision = Decide(task, new TaskCommand.Dispatch("n"));

        await Assert.ThrowsAsync<ArgumentException>(() => Store.CommitAsync(new TaskCommit(task.Version + 1, null, decision), Cancellation));
    }

    [Fact]
    public async Task Commit_ManyAtOnceOnOneVersion_OneWins()
    {
        var task = await LaunchAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => Store.CommitAsync(
            new TaskCommit(task.Version, task.Fence, Decide(task, new TaskCommand.Dispatch($"node-{i}"))), Cancellation))));

        Assert.Single(results, CommitResult.Applied);
        Assert.Equal(63, results.Count(r => r == CommitResult.Conflict));
        Assert.Single(await Store.AttemptsAsync(task.Id, Cancellation));
        Assert.Equal(3, (await Store.EventsAsync(0, 100, task.Id, Cancellation)).Count);
    }

    [Fact]
    public async Task Commit_ReopenedOntoALiveOutput_IsRefused()
    {
        var spec = RandomLife.Spec(output: "/tmp/out.md");
        var ended = await EndedAsync(TaskOutcome.Failed, spec);
        var live = await LaunchAsync(spec);
        var reopen = new TaskCommit(ended.Version, null, Decide(ended, new TaskCommand.Reopen("user")));

        Assert.Equal(CommitResult.OutputTaken, await Store.CommitAsync(reopen, Cancellation));
        AssertSame(ended, await Store.FindAsync(ended.Id, Cancellation));

        await CommitAsync(live, new TaskCommand.Cancel("user"));
        Assert.Equal(CommitResult.Applied, await Store.CommitAsync(reopen, Cancellation));
    }

    [Fact]
    public async Task Commit_ReopenedBesideTheNextOfItsSeries_BothWriteThere()
    {
        var spec = RandomLife.Spec(output: "/tmp/out.md");
        var running = await CommitAsync(await LaunchAsync(spec), new TaskCommand.Dispatch("node"));
        var ended = Decide(running, Finish(running));
        var next = NewLaunch(spec);
        var noted = Decide(ended.Next, new TaskCommand.NoteSuccessor(next.Next.Id));
        var first = new TaskCommit(running.Version, null, new Decision.Accepted([.. ended.Events, .. noted.Events], noted.Next), Also: next);
        Assert.Equal(CommitResult.Applied, await Store.CommitAsync(first, Cancellation));

        var reopened = await CommitAsync(noted.Next, new TaskCommand.Reopen("user"));
        var canceled = await CommitAsync(next.Next, new TaskCommand.Cancel("user"));
        await CommitAsync(canceled, new TaskCommand.Reopen("user"));

        // To others the output is taken all the same.
        Assert.IsType<LaunchResult.OutputTaken>(await Store.LaunchAsync([NewLaunch(spec)], null, null, Cancellation));
        AssertSame(reopened, await Store.FindAsync(reopened.Id, Cancellation));
    }

    [Fact]
    public async Task Attempts_DispatchAdoptDeferDispatchFinish_FollowTheEvents()
    {
        var task = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("first"));
        var started = Now;
        Time.Advance(TimeSpan.FromSeconds(10));
        task = await CommitAsync(task, new TaskCommand.Adopt("second"));
        var usage = new Usage(Output: 42, Thinking: 2) { CostUsd = 0.0125m, Estimated = true };
        var ended = Now;
        task = await CommitAsync(
            task,
            new TaskCommand.Defer(task.Fence, TaskOutcome.Failed, EndReason.Overloaded, usage, 10_000, Now.AddMinutes(1), "an overload"));
        task = await CommitAsync(task, new TaskCommand.Enqueue());
        task = await CommitAsync(task, new TaskCommand.Dispatch("third"));

        var attempts = await Store.AttemptsAsync(task.Id, Cancellation);

        AssertSame(
            [
                new AttemptRecord
                {
                    Task = task.Id, Number = 1, Fence = 2, Node = "second", Usage = usage, Outcome = TaskOutcome.Failed,
                    Reason = EndReason.Overloaded, RunMs = 10_000, StartedAt = started, EndedAt = ended,
                },
                new AttemptRecord { Task = task.Id, Number = 2, Fence = 3, Node = "third", StartedAt = Now },
            ],
            attempts);
        Assert.Empty(await Store.AttemptsAsync(TaskId.New(Time), Cancellation));
    }

    [Fact]
    public async Task SaveProgress_OwnFence_IsKept()
    {
        var task = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("node"));

        Assert.True(await Store.SaveProgressAsync(new AttemptProgress(task.Id, 1, 1, 4096, "session-1", new Usage(10)), Cancellation));
        Assert.True(await Store.SaveProgressAsync(new AttemptProgress(task.Id, 1, 1, 8192, null, new Usage(20)) { Warm = true }, Cancellation));
        Assert.True(await Store.SaveProgressAsync(new AttemptProgress(task.Id, 1, 1, 8192, null, new Usage(20)), Cancellation));

        await ReopenAsync();
        var attempt = Assert.Single(await Store.AttemptsAsync(task.Id, Cancellation));
        Assert.Equal((8192, "session-1", new Usage(20), true), (attempt.LogOffset, attempt.Session, attempt.Usage, attempt.Warm));
        AssertSame(task, await Store.FindAsync(task.Id, Cancellation));
    }

    [Fact]
    public async Task SaveProgress_OldFenceEndedOrUnknownAttempt_IsRefused()
    {
        var task = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("old"));
        task = await CommitAsync(task, new TaskCommand.Adopt("new"));

        Assert.False(await Store.SaveProgressAsync(new AttemptProgress(task.Id, 1, 1, 10, null, Usage.Zero), Cancellation));
        Assert.False(await Store.SaveProgressAsync(new AttemptProgress(task.Id, 2, 2, 10, null, Usage.Zero), Cancellation));
        Assert.False(await Store.SaveProgressAsync(new AttemptProgress(TaskId.New(Time), 1, 2, 10, null, Usage.Zero), Cancellation));

        await CommitAsync(task, Finish(task));
        Assert.False(await Store.SaveProgressAsync(new AttemptProgress(task.Id, 1, 2, 10, null, Usage.Zero), Cancellation));
        Assert.Equal((0, 100), (await Store.AttemptsAsync(task.Id, Cancellation)) is [var a] ? (a.LogOffset, a.Usage.Output) : default);
    }

    [Fact]
    public async Task Expired_LeaseByTheStoresClock_UntilRenewedOrEnded()
    {
        var lease = TimeSpan.FromSeconds(30);
        var first = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("a"), lease);
        Time.Advance(TimeSpan.FromSeconds(10));
        var second = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("b"), lease);
        await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("without a lease"));
        Time.Advance(TimeSpan.FromSeconds(19));
        Assert.Empty(await Store.ExpiredAsync(10, Cancellation));

        Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal([first.Id, second.Id], (await Store.ExpiredAsync(10, Cancellation)).Select(t => t.Id));
        Assert.Equal([first.Id], (await Store.ExpiredAsync(1, Cancellation)).Select(t => t.Id));

        Assert.Equal(1, await Store.RenewLeasesAsync("b", lease, Cancellation));
        Assert.Equal(0, await Store.RenewLeasesAsync("nobody", lease, Cancellation));
        Assert.Equal([first.Id], (await Store.ExpiredAsync(10, Cancellation)).Select(t => t.Id));

        // Taken over by another node: its own lease counts from now.
        first = await CommitAsync(first, new TaskCommand.Adopt("b"), lease);
        Assert.Empty(await Store.ExpiredAsync(10, Cancellation));
        Assert.Equal(2, await Store.RenewLeasesAsync("b", lease, Cancellation));

        await CommitAsync(first, Finish(first));
        await CommitAsync(
            second, new TaskCommand.Defer(second.Fence, TaskOutcome.Lost, EndReason.ShimLost, Usage.Zero, 1, Now, null));
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await Store.ExpiredAsync(10, Cancellation));
        Assert.Equal(0, await Store.RenewLeasesAsync("b", lease, Cancellation));
    }

    [Fact]
    public async Task Commit_WithinAnAttempt_LeavesTheLease()
    {
        var task = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("a"), TimeSpan.FromSeconds(30));
        task = await CommitAsync(task, new TaskCommand.AskInput("which?"));
        await CommitAsync(task, new TaskCommand.GiveInput("this"));

        Time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal([task.Id], (await Store.ExpiredAsync(10, Cancellation)).Select(t => t.Id));
    }

    [Fact]
    public async Task InAttempt_AllStates_OnlyThoseUnderWay()
    {
        await LaunchAsync();
        await LaunchAsync(dueAt: Now.AddHours(1));
        await EndedAsync();
        await CommitAsync(await LaunchAsync(), new TaskCommand.AskInput("before it began?"));
        var running = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("a"));
        var asking = await CommitAsync(
            await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("a")), new TaskCommand.AskInput("which?"));

        Assert.Equal([running.Id, asking.Id], (await Store.InAttemptAsync(Cancellation)).Select(t => t.Id));
    }

    [Fact]
    public async Task Events_RandomLives_ReplayToTheStoredState()
    {
        await RandomLife.Steps.SampleAsync(
            async steps =>
            {
                var task = await LaunchAsync();
                foreach (var step in steps)
                {
                    var at = Now.AddTicks(step.Amount);
                    if (TaskLifecycle.Decide(task, RandomLife.Command(step, task, at), at) is not Decision.Accepted accepted) continue;
                    var commit = new TaskCommit(task.Version, task.Fence, accepted, step.Dice < 5 ? TimeSpan.FromMinutes(step.Dice + 1) : null);
                    Assert.Equal(CommitResult.Applied, await Store.CommitAsync(commit, Cancellation));
                    task = accepted.Next;
                }

                AssertSame(task, await Store.FindAsync(task.Id, Cancellation));
                var events = await Store.EventsAsync(0, 1000, task.Id, Cancellation);
                Assert.Equal(Enumerable.Range(1, events.Count).Select(v => (long)v), events.Select(e => e.Version));
                AssertSame(task, TaskLifecycle.Replay(events.Select(e => e.Event)));

                var attempts = await Store.AttemptsAsync(task.Id, Cancellation);
                Assert.Equal(task.Attempt, attempts.Count);
                Assert.Equal(task.RunMs, attempts.Sum(a => a.RunMs));
                Assert.Equal(task.InAttempt ? 1 : 0, attempts.Count(a => a.EndedAt is null));
                if (task.InAttempt) Assert.Equal(task.Fence, attempts[^1].Fence);
            },
            iter: 60,
            threads: 4);
    }
}
