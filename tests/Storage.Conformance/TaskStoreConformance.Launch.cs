using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Storage.Conformance;

public abstract partial class TaskStoreConformance
{
    [Fact]
    public async Task Launch_NewTask_IsFoundAsItWasDecided()
    {
        var launch = NewLaunch(RandomLife.Spec(output: "/tmp/out.md", name: "näme"));

        var result = await Store.LaunchAsync([launch], null, null, Cancellation);

        AssertSame(launch.Next, Assert.Single(Assert.IsType<LaunchResult.Stored>(result).Tasks));
        AssertSame(launch.Next, await Store.FindAsync(launch.Next.Id, Cancellation));
    }

    [Fact]
    public async Task Launch_ThenReopenedStore_IsStillThere()
    {
        var storeId = Store.StoreId;
        var task = await LaunchAsync(dueAt: Now.AddDays(1));

        await ReopenAsync();

        Assert.NotEmpty(storeId);
        Assert.Equal(storeId, Store.StoreId);
        AssertSame(task, await Store.FindAsync(task.Id, Cancellation));
    }

    [Fact]
    public async Task Launch_Several_KeepsTheirOrder()
    {
        var launches = Enumerable.Range(0, 20).Select(_ => NewLaunch()).ToList();

        await Store.LaunchAsync(launches, null, null, Cancellation);

        var ids = launches.Select(l => l.Next.Id).ToList();
        Assert.Equal(ids, (await Store.QueuedAsync(Cancellation)).OrderBy(t => t.Seq).Select(t => t.Id));
        Assert.Equal(ids, (await Store.EventsAsync(0, 100, null, Cancellation)).Select(e => e.Task).Distinct());
    }

    [Fact]
    public async Task Launch_OneOfManyIsKnownAlready_StoresNone()
    {
        var known = NewLaunch();
        await Store.LaunchAsync([known], null, null, Cancellation);
        var seq = await Store.LastSeqAsync(Cancellation);
        var fresh = NewLaunch();

        await Assert.ThrowsAsync<StoreException>(() => Store.LaunchAsync([fresh, known], null, null, Cancellation));

        Assert.Null(await Store.FindAsync(fresh.Next.Id, Cancellation));
        Assert.Equal(seq, await Store.LastSeqAsync(Cancellation));
        AssertSame(known.Next, await Store.FindAsync(known.Next.Id, Cancellation));
    }

    [Fact]
    public async Task Launch_BesideABrokenOne_IsStoredAllTheSame()
    {
        var known = NewLaunch();
        await Store.LaunchAsync([known], null, null, Cancellation);
        var good = Enumerable.Range(0, 40).Select(_ => NewLaunch()).ToList();

        var tasks = good.Select(l => Task.Run(() => Store.LaunchAsync([l], null, null, Cancellation))).ToList();
        var broken = Enumerable.Range(0, 5).Select(_ => Task.Run(() => Store.LaunchAsync([known], null, null, Cancellation))).ToList();

        Assert.All(await Task.WhenAll(tasks), r => Assert.IsType<LaunchResult.Stored>(r));
        foreach (var task in broken) await Assert.ThrowsAsync<StoreException>(() => task);
        foreach (var launch in good) Assert.NotNull(await Store.FindAsync(launch.Next.Id, Cancellation));
        Assert.Equal(2 * 41, (await Store.EventsAsync(0, 1000, null, Cancellation)).Count);
    }

    [Fact]
    public async Task Launch_SameKeyAndRequest_ReturnsTheFirstTasks()
    {
        var launches = new[] { NewLaunch(), NewLaunch() };
        await Store.LaunchAsync(launches, "key", "sha", Cancellation);

        var again = await Store.LaunchAsync([NewLaunch(), NewLaunch()], "key", "sha", Cancellation);

        Assert.Equal(launches.Select(l => l.Next.Id), Assert.IsType<LaunchResult.Repeated>(again).Tasks);
        Assert.Equal(2, (await Store.ListAsync(new TaskQuery([], [], 10), Cancellation)).Count);
    }

    [Fact]
    public async Task Launch_SameKeyOtherRequest_IsKeyReused()
    {
        await Store.LaunchAsync([NewLaunch()], "key", "sha", Cancellation);

        Assert.IsType<LaunchResult.KeyReused>(await Store.LaunchAsync([NewLaunch()], "key", "other", Cancellation));
        Assert.Single(await Store.ListAsync(new TaskQuery([], [], 10), Cancellation));
    }

    [Fact]
    public async Task Launch_SameKeyAfterReopenedStore_IsRepeated()
    {
        await Store.LaunchAsync([NewLaunch()], "key", "sha", Cancellation);
        await ReopenAsync();

        Assert.IsType<LaunchResult.Repeated>(await Store.LaunchAsync([NewLaunch()], "key", "sha", Cancellation));
    }

    [Fact]
    public async Task Launch_SameKeyAfterADay_IsNew()
    {
        await Store.LaunchAsync([NewLaunch()], "key", "sha", Cancellation);
        Time.Advance(TimeSpan.FromHours(23));
        Assert.IsType<LaunchResult.Repeated>(await Store.LaunchAsync([NewLaunch()], "key", "sha", Cancellation));

        Time.Advance(TimeSpan.FromHours(2));

        Assert.IsType<LaunchResult.Stored>(await Store.LaunchAsync([NewLaunch()], "key", "other", Cancellation));
    }

    [Fact]
    public async Task FindKey_OfALaunch_NamesItsTasksForADay()
    {
        Assert.Null(await Store.FindKeyAsync("key", Cancellation));
        var launches = new[] { NewLaunch(), NewLaunch() };
        await Store.LaunchAsync(launches, "key", "sha", Cancellation);

        AssertSame(new KeyedLaunch("sha", [.. launches.Select(l => l.Next.Id)]), await Store.FindKeyAsync("key", Cancellation));
        Assert.Null(await Store.FindKeyAsync("other", Cancellation));
        Time.Advance(TimeSpan.FromHours(25));
        Assert.Null(await Store.FindKeyAsync("key", Cancellation));
    }

    [Fact]
    public async Task Launch_SameKeyManyAtOnce_StoresOne()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(
            () => Store.LaunchAsync([NewLaunch()], "key", "sha", Cancellation))));

        var stored = Assert.Single(results.OfType<LaunchResult.Stored>()).Tasks[0].Id;
        Assert.All(results.OfType<LaunchResult.Repeated>(), r => Assert.Equal(stored, Assert.Single(r.Tasks)));
        Assert.Single(await Store.ListAsync(new TaskQuery([], [], 100), Cancellation));
    }

    [Fact]
    public async Task Launch_OutputOfALiveTask_IsRefusedUntilItEnds()
    {
        var spec = RandomLife.Spec(output: "/tmp/out.md");
        var first = await LaunchAsync(spec);

        var refused = Assert.IsType<LaunchResult.OutputTaken>(await Store.LaunchAsync([NewLaunch(), NewLaunch(spec)], "k", "s", Cancellation));

        Assert.Equal(("/tmp/out.md", first.Id), (refused.Output, refused.By));
        Assert.Single(await Store.ListAsync(new TaskQuery([], [], 10), Cancellation));
        await CommitAsync(first, new TaskCommand.Cancel("user"));

        // The refusal did not use up its key.
        Assert.IsType<LaunchResult.Stored>(await Store.LaunchAsync([NewLaunch(spec)], "k", "s", Cancellation));
    }

    [Fact]
    public async Task Launch_SameOutputTwiceInOneBatch_IsRefused()
    {
        var spec = RandomLife.Spec(output: "/tmp/out.md");
        var first = NewLaunch(spec);

        var refused = await Store.LaunchAsync([first, NewLaunch(spec)], null, null, Cancellation);

        Assert.Equal(new LaunchResult.OutputTaken("/tmp/out.md", first.Next.Id), refused);
        Assert.Empty(await Store.ListAsync(new TaskQuery([], [], 10), Cancellation));
    }

    [Fact]
    public async Task Launch_SameOutputManyAtOnce_StoresOne()
    {
        var spec = RandomLife.Spec(output: "/tmp/out.md");

        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(
            () => Store.LaunchAsync([NewLaunch(spec)], null, null, Cancellation))));

        Assert.Single(results.OfType<LaunchResult.Stored>());
        Assert.Equal(31, results.OfType<LaunchResult.OutputTaken>().Count());
    }

    [Fact]
    public async Task Launch_CanceledBeforehand_StoresNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.LaunchAsync([NewLaunch()], null, null, new CancellationToken(canceled: true)));

        Assert.Empty(await Store.ListAsync(new TaskQuery([], [], 10), Cancellation));
    }

    [Fact]
    public async Task Launch_SixtyFourProducers_EachAcknowledgedOnceAndStored()
    {
        var launches = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            List<TaskId> mine = [];
            for (var i = 0; i < 25; i++) mine.Add((await LaunchAsync()).Id);
            return mine;
        })));

        var ids = launches.SelectMany(l => l).ToList();
        Assert.Equal(64 * 25, ids.Distinct().Count());
        var events = await Store.EventsAsync(0, 10_000, null, Cancellation);
        Assert.Equal(2 * 64 * 25, events.Count);
        Assert.Equal(events.Select(e => e.Seq).Order(), events.Select(e => e.Seq));
        Assert.Equal(events.Count, events.Select(e => e.Seq).Distinct().Count());
        Assert.Equal(ids.Count, (await Store.CountAsync(Cancellation))[TaskState.Queued]);

        // Each producer's own tasks are in its order.
        var rank = events.Where(e => e.Version == 1).Select((e, i) => (e.Task, i)).ToDictionary(p => p.Task, p => p.i);
        foreach (var mine in launches) Assert.Equal(mine.Select(id => rank[id]).Order(), mine.Select(id => rank[id]));
    }

    [Fact]
    public async Task LiveWithOutput_LiveAndEnded_NamesTheLiveOther()
    {
        var ended = await EndedAsync(spec: RandomLife.Spec(output: "/tmp/out.md"));
        Assert.Null(await Store.LiveWithOutputAsync("/tmp/out.md", null, Cancellation));
        var live = await LaunchAsync(RandomLife.Spec(output: "/tmp/out.md"));

        Assert.Equal(live.Id, await Store.LiveWithOutputAsync("/tmp/out.md", null, Cancellation));
        Assert.Equal(live.Id, await Store.LiveWithOutputAsync("/tmp/out.md", ended.Id, Cancellation));
        Assert.Null(await Store.LiveWithOutputAsync("/tmp/out.md", live.Id, Cancellation));
        Assert.Null(await Store.LiveWithOutputAsync("/tmp/other.md", null, Cancellation));
    }
}
