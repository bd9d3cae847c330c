using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Storage.Conformance;

public abstract partial class TaskStoreConformance
{
    [Fact]
    public async Task Find_UnknownId_IsNull() => Assert.Null(await Store.FindAsync(TaskId.New(Time), Cancellation));

    [Fact]
    public async Task Queued_AllQueues_AreAsTheyWereLaunchedAndQueued()
    {
        var first = await LaunchAsync(RandomLife.Spec() with { Priority = -7, Group = "reviews", Model = "opus", Agent = "claude" });
        var later = await LaunchAsync(dueAt: Now.AddMinutes(1));
        var slow = await LaunchAsync(RandomLife.Spec(queue: "slow"));
        Time.Advance(TimeSpan.FromMinutes(2));
        later = await CommitAsync(later, new TaskCommand.Enqueue());
        await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("n"));
        await LaunchAsync(dueAt: Now.AddMinutes(1));

        var queued = (await Store.QueuedAsync(Cancellation)).OrderBy(t => t.Seq).ToList();

        Assert.Equal([first.Id, later.Id, slow.Id], queued.Select(t => t.Id));
        Assert.Equal(new QueuedTask(first.Id, first.Version, "default", "reviews", "claude", "opus", -7, first.QueuedAt!.Value, queued[0].Seq), queued[0]);
        Assert.Equal((later.Version, later.QueuedAt!.Value), (queued[1].Version, queued[1].QueuedAt));
        Assert.Equal("slow", queued[2].Queue);
    }

    [Fact]
    public async Task Held_ByWhatTheyWaitFor_AreAsTheyWereQueued()
    {
        var first = await LaunchAsync();
        var second = await LaunchAsync(RandomLife.Spec(queue: "slow") with { Group = "reviews" });
        await LaunchAsync();
        second = await CommitAsync(second, new TaskCommand.Postpone(null, WaitKind.Window, "the window"));
        await CommitAsync(first, new TaskCommand.Postpone(null, WaitKind.Budget, "room"));

        // One that was never queued has no place.
        await CommitAsync(await LaunchAsync(dueAt: Now.AddDays(1)), new TaskCommand.Postpone(null, WaitKind.Window, "the window"));

        var held = Assert.Single(await Store.HeldAsync(WaitKind.Window, Cancellation));

        Assert.Equal(new QueuedTask(second.Id, second.Version, "slow", "reviews", "command", "sonnet", 0, second.QueuedAt!.Value, held.Seq), held);
        Assert.True(Assert.Single(await Store.HeldAsync(WaitKind.Budget, Cancellation)).Seq < held.Seq);
    }

    [Fact]
    public async Task NeverStarted_OfAllThatWait_IsWithoutThoseThatHadAnAttempt()
    {
        var queued = await LaunchAsync();
        var scheduled = await LaunchAsync(dueAt: Now.AddMinutes(1));
        await CommitAsync(await LaunchAsync(), new TaskCommand.Cancel("no"));
        var started = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("n"));
        await CommitAsync(started, new TaskCommand.Defer(started.Fence, TaskOutcome.Lost, EndReason.CredentialMissing, Usage.Zero, 0, Now.AddMinutes(1), "a key"));

        var asks = await CommitAsync(await LaunchAsync(), new TaskCommand.AskInput("a key"));

        Assert.Equivalent(new[] { queued.Id, scheduled.Id, asks.Id }, await Store.NeverStartedAsync(Cancellation), strict: true);
    }

    [Fact]
    public async Task Due_ScheduledTasks_EarliestFirstAndOnlyWhenTheirTimeHasCome()
    {
        Assert.Null(await Store.NextDueAsync(Cancellation));
        var third = await LaunchAsync(dueAt: Now.AddMinutes(3));
        var first = await LaunchAsync(dueAt: Now.AddMinutes(1));
        var second = await LaunchAsync(dueAt: Now.AddMinutes(2));
        await LaunchAsync();

        Assert.Equal(first.DueAt, await Store.NextDueAsync(Cancellation));
        Assert.Empty(await Store.DueAsync(Now, 10, Cancellation));
        Assert.Equal([first.Id, second.Id], (await Store.DueAsync(second.DueAt!.Value, 10, Cancellation)).Select(t => t.Id));
        Assert.Equal([first.Id], (await Store.DueAsync(Now.AddHours(1), 1, Cancellation)).Select(t => t.Id));

        await CommitAsync(first, new TaskCommand.Enqueue());
        await CommitAsync(second, new TaskCommand.Cancel("user"));
        Assert.Equal(third.DueAt, await Store.NextDueAsync(Cancellation));
    }

    [Fact]
    public async Task Due_TaskThatWaitsForNoTime_IsNeverDue()
    {
        var task = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("n"));
        var scheduled = new TaskEvent.Scheduled(null, "another task") { At = Now };
        var ended = new TaskEvent.AttemptEnded(1, TaskOutcome.Failed, null, Usage.Zero, 1) { At = Now };
        var decision = new Decision.Accepted([ended, scheduled], TaskLifecycle.Apply(TaskLifecycle.Apply(task, ended), scheduled));
        Assert.Equal(CommitResult.Applied, await Store.CommitAsync(new TaskCommit(task.Version, null, decision), Cancellation));

        Assert.Null(await Store.NextDueAsync(Cancellation));
        Assert.Empty(await Store.DueAsync(DateTimeOffset.MaxValue.AddDays(-1), 10, Cancellation));
    }

    [Fact]
    public async Task Unread_EndedTasks_OldestEndFirstUntilSomebodyHasReadThem()
    {
        Assert.Equal(0, await Store.CountUnreadAsync(Cancellation));
        var launchedFirst = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("n"));
        Time.Advance(TimeSpan.FromMinutes(1));
        var endedFirst = await EndedAsync(TaskOutcome.Failed);
        Time.Advance(TimeSpan.FromMinutes(1));
        launchedFirst = await CommitAsync(launchedFirst, Finish(launchedFirst));
        Time.Advance(TimeSpan.FromMinutes(1));
        var third = await EndedAsync();
        await LaunchAsync();
        await CommitAsync(await LaunchAsync(), new TaskCommand.Cancel("user"));

        Assert.Equal([endedFirst.Id, launchedFirst.Id, third.Id], (await Store.UnreadAsync(10, Cancellation)).Select(t => t.Id));
        Assert.Equal([endedFirst.Id], (await Store.UnreadAsync(1, Cancellation)).Select(t => t.Id));
        Assert.Equal(3, await Store.CountUnreadAsync(Cancellation));

        var read = await CommitAsync(launchedFirst, new TaskCommand.Acknowledge("user"));
        await ReopenAsync();
        Assert.Equal(Now, read.ReadAt);
        Assert.Equal([endedFirst.Id, third.Id], (await Store.UnreadAsync(10, Cancellation)).Select(t => t.Id));
        AssertSame(read, await Store.FindAsync(read.Id, Cancellation));

        // What goes on and ends anew is news again.
        var again = await CommitAsync(read, new TaskCommand.Reopen("user"));
        Assert.Equal(2, await Store.CountUnreadAsync(Cancellation));
        again = await CommitAsync(again, new TaskCommand.Dispatch("n"));
        Time.Advance(TimeSpan.FromMinutes(1));
        await CommitAsync(again, Finish(again));
        Assert.Equal([endedFirst.Id, third.Id, again.Id], (await Store.UnreadAsync(10, Cancellation)).Select(t => t.Id));
    }

    [Fact]
    public async Task List_NoFilter_NewestFirstInPages()
    {
        List<AgentTask> tasks = [];
        for (var i = 0; i < 7; i++) tasks.Add(await LaunchAsync());
        tasks.Reverse();

        var first = await Store.ListAsync(new TaskQuery([], [], 3), Cancellation);
        var second = await Store.ListAsync(new TaskQuery([], [], 3, first[^1].Id), Cancellation);
        var third = await Store.ListAsync(new TaskQuery([], [], 3, second[^1].Id), Cancellation);
        var fourth = await Store.ListAsync(new TaskQuery([], [], 3, third[^1].Id), Cancellation);

        Assert.Equal([3, 3, 1, 0], new[] { first, second, third, fourth }.Select(p => p.Count));
        AssertSame(tasks, [.. first, .. second, .. third]);
        Assert.Empty(await Store.ListAsync(new TaskQuery([], [], 3, TaskId.New(Time)), Cancellation));
    }

    [Fact]
    public async Task List_StatesAndOutcomes_FilterInLaunchOrder()
    {
        var queued = await LaunchAsync();
        var failed = await EndedAsync(TaskOutcome.Failed);
        var scheduled = await LaunchAsync(dueAt: Now.AddHours(1));
        var succeeded = await EndedAsync();
        var running = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("n"));
        var lost = await EndedAsync(TaskOutcome.Lost);

        Assert.Equal([queued.Id], await Listed([TaskState.Queued], []));
        Assert.Equal([running.Id, scheduled.Id, queued.Id], await Listed([TaskState.Queued, TaskState.Scheduled, TaskState.Running], []));
        Assert.Equal([lost.Id, succeeded.Id, failed.Id], await Listed([TaskState.Ended], []));
        Assert.Equal([lost.Id, failed.Id], await Listed([], [TaskOutcome.Failed, TaskOutcome.Lost]));
        Assert.Equal([failed.Id], await Listed([TaskState.Ended, TaskState.Queued], [TaskOutcome.Failed, TaskOutcome.Failed]));
        Assert.Empty(await Listed([TaskState.Running], [TaskOutcome.Failed]));
        Assert.Equal([lost.Id], await Listed([TaskState.Ended, TaskState.Ended], [], limit: 1));
        Assert.Equal([scheduled.Id, queued.Id], await Listed([TaskState.Queued, TaskState.Scheduled], [], before: succeeded.Id));

        async Task<IEnumerable<TaskId>> Listed(TaskState[] states, TaskOutcome[] outcomes, int limit = 10, TaskId? before = null) =>
            (await Store.ListAsync(new TaskQuery(states, outcomes, limit, before), Cancellation)).Select(t => t.Id);
    }

    [Fact]
    public async Task Steps_ByInputsAndByWorkflow_NewestFirstAndNoOthers()
    {
        await LaunchAsync();
        var first = await LaunchAsync(Step("w", "a", "1"));
        var other = await LaunchAsync(Step("w", "a", "2"));
        var foreign = await LaunchAsync(Step("v", "b", "3"));
        var again = await CommitAsync(await LaunchAsync(Step("w", "a", "1")), new TaskCommand.Cancel("user"));

        AssertSame([again, first], await Store.StepsAsync("1", 10, Cancellation));
        AssertSame([again], await Store.StepsAsync("1", 1, Cancellation));
        AssertSame([again, other, first], await Store.WorkflowAsync("w", 10, Cancellation));
        AssertSame([foreign], await Store.WorkflowAsync("v", 10, Cancellation));
        Assert.Empty(await Store.StepsAsync("", 10, Cancellation));
        Assert.Empty(await Store.WorkflowAsync("u", 10, Cancellation));
        Assert.Equal("0", (await Store.FindAsync(first.Id, Cancellation))!.Spec.Step!.Replaces);

        static TaskSpec Step(string workflow, string step, string sha) =>
            RandomLife.Spec() with { Output = null, Step = new WorkflowStep(workflow, workflow + "-1", step, sha) { Replaces = "0" } };
    }

    [Fact]
    public async Task Count_EachState_NamesAllOfThem()
    {
        Assert.Equal(Enum.GetValues<TaskState>().ToDictionary(s => s, _ => 0L), await Store.CountAsync(Cancellation));
        await LaunchAsync();
        await LaunchAsync();
        await LaunchAsync(dueAt: Now.AddHours(1));
        await EndedAsync();

        var counts = await Store.CountAsync(Cancellation);

        Assert.Equal(
            new Dictionary<TaskState, long>
            {
                [TaskState.Scheduled] = 1,
                [TaskState.Queued] = 2,
                [TaskState.Running] = 0,
                [TaskState.AwaitingInput] = 0,
                [TaskState.Ended] = 1,
            },
            counts);
        foreach (var (state, count) in counts) Assert.Equal(count, await Store.CountAsync(state, Cancellation));
    }

    [Fact]
    public async Task Resolve_WholeIdAndPrefixes_FindTheTask()
    {
        var task = await LaunchAsync();
        Time.Advance(TimeSpan.FromSeconds(1));
        await LaunchAsync();

        foreach (var reference in new[] { task.Id.Value, task.Id.Handle, task.Id.Value[..^3], task.Id.Handle[..^2], task.Id.Value[..11] })
        {
            Assert.Equal([task.Id], await Store.ResolveAsync(reference, 10, Cancellation));
        }
    }

    [Fact]
    public async Task Resolve_AmbiguousPrefix_ReturnsSeveralUpToTheLimit()
    {
        var tasks = new[] { await LaunchAsync(), await LaunchAsync(), await LaunchAsync() };
        var seconds = tasks[0].Id.Value.Split('-')[0];

        var all = await Store.ResolveAsync(seconds, 10, Cancellation);
        Assert.Equal(tasks.Select(t => t.Id.Value).Order(StringComparer.Ordinal), all.Select(i => i.Value).Order(StringComparer.Ordinal));
        Assert.Equal(2, (await Store.ResolveAsync(seconds, 2, Cancellation)).Count);
    }

    [Fact]
    public async Task Resolve_Name_IsTheNewestThatHasIt()
    {
        await LaunchAsync(RandomLife.Spec(name: "nightly"));
        var newest = await LaunchAsync(RandomLife.Spec(name: "nightly"));
        await LaunchAsync(RandomLife.Spec(name: "nightly build"));

        Assert.Equal([newest.Id], await Store.ResolveAsync("nightly", 10, Cancellation));
        Assert.Empty(await Store.ResolveAsync("night", 10, Cancellation));
    }

    [Fact]
    public async Task Resolve_NameThatLooksLikeAPrefix_IsTheName()
    {
        var other = await LaunchAsync();
        var named = await LaunchAsync(RandomLife.Spec(name: other.Id.Handle[..4]));

        Assert.Equal([named.Id], await Store.ResolveAsync(other.Id.Handle[..4], 10, Cancellation));
    }

    [Fact]
    public async Task Resolve_Last_IsTheNewestTask()
    {
        Assert.Empty(await Store.ResolveAsync("@last", 10, Cancellation));
        await LaunchAsync();
        var newest = await LaunchAsync();

        Assert.Equal([newest.Id], await Store.ResolveAsync("@last", 10, Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("1%")]
    [InlineData("17_")]
    [InlineData("*")]
    [InlineData("' OR 1=1 --")]
    [InlineData("9999999999-000000000000")]
    [InlineData("zz")]
    [InlineData("@LAST")]
    [InlineData("\0")]
    public async Task Resolve_NoTask_IsEmpty(string reference)
    {
        await LaunchAsync();

        Assert.Empty(await Store.ResolveAsync(reference, 10, Cancellation));
    }

    [Fact]
    public async Task Events_AfterASequence_ContinueInCommitOrder()
    {
        Assert.Equal(0, await Store.LastSeqAsync(Cancellation));
        var first = await LaunchAsync();
        var second = await LaunchAsync();
        await CommitAsync(first, new TaskCommand.Dispatch("n"));

        var all = await Store.EventsAsync(0, 100, null, Cancellation);
        Assert.Equal([first.Id, first.Id, second.Id, second.Id, first.Id], all.Select(e => e.Task));
        Assert.Equal(all[^1].Seq, await Store.LastSeqAsync(Cancellation));

        AssertSame(all.Skip(2).ToList(), (await Store.EventsAsync(all[1].Seq, 100, null, Cancellation)).ToList());
        AssertSame(all.Take(2).ToList(), (await Store.EventsAsync(0, 2, null, Cancellation)).ToList());
        AssertSame([all[4]], (await Store.EventsAsync(all[1].Seq, 100, first.Id, Cancellation)).ToList());
        Assert.Empty(await Store.EventsAsync(all[^1].Seq, 100, null, Cancellation));
    }

    [Fact]
    public async Task Events_ReadWhileManyWrite_NeverShowAGapThatFillsLater()
    {
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++) await LaunchAsync();
        })));

        // A reader that follows by sequence number sees every event once.
        List<long> followed = [];
        while (followed.Count < 800)
        {
            var done = writing.IsCompleted;
            var page = await Store.EventsAsync(followed.LastOrDefault(), 100, null, Cancellation);
            followed.AddRange(page.Select(e => e.Seq));
            if (page.Count == 0 && done) break;
            await Task.Yield();
        }

        await writing;
        Assert.Equal((await Store.EventsAsync(0, 1000, null, Cancellation)).Select(e => e.Seq), followed);
        Assert.Equal(800, followed.Count);
    }

    [Fact]
    public async Task Dispose_WritesUnderWay_AreCarriedOut()
    {
        var launches = Enumerable.Range(0, 200).Select(_ => NewLaunch()).ToList();
        var writes = launches.Select(l => Store.LaunchAsync([l], null, null, Cancellation)).ToList();

        await ReopenAsync();

        Assert.All(await Task.WhenAll(writes), r => Assert.IsType<LaunchResult.Stored>(r));
        Assert.Equal(200, (await Store.CountAsync(Cancellation))[TaskState.Queued]);
    }

    [Fact]
    public async Task Dispose_ManyReadersAtWork_EachIsAnswered()
    {
        for (var i = 0; i < 50; i++) await LaunchAsync();
        var reading = Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            while (true) await Store.ListAsync(new TaskQuery([], [], 50), Cancellation);
        })).ToList();
        await Store.ListAsync(new TaskQuery([], [], 1), Cancellation);

        await Store.DisposeAsync();

        foreach (var read in reading)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => read.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        }
    }

    [Fact]
    public async Task Launch_DisposedStore_Throws()
    {
        await Store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Store.LaunchAsync([NewLaunch()], null, null, Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Store.FindAsync(TaskId.New(Time), Cancellation));
    }
}
