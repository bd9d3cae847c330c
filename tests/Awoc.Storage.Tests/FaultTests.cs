using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Storage.Sqlite;
using Awoc.TestKit;
using Storage.Conformance;

namespace Awoc.Storage.Tests;

public sealed class FaultTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Launch_FullDisk_FailsThenGoesOnWhenThereIsRoom()
    {
        using var mount = TemporaryMount.TryCreate(_directory.File("small"), "size=2m");
        Assert.SkipWhen(mount is null, "mounting needs root");
        var path = Path.Combine(mount.Path, "awoc.db");
        await using var store = await SqliteTaskStore.OpenAsync(path, TimeProvider.System, Cancellation);
        HashSet<TaskId> acknowledged = [];

        // Several at once, so that a batch of many is what breaks.
        StoreException? fault = null;
        for (var round = 0; round < 1000 && fault is null; round++)
        {
            var launches = Enumerable.Range(0, 8).Select(_ => NewLaunch()).ToList();
            var writes = launches.Select(l => store.LaunchAsync([l], null, null, Cancellation)).ToList();
            foreach (var (launch, write) in launches.Zip(writes))
            {
                try
                {
                    await write;
                    acknowledged.Add(launch.Next.Id);
                }
                catch (StoreException e)
                {
                    fault = e;
                }
            }
        }

        Assert.NotNull(fault);
        Assert.StartsWith($"no room left for {path}", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreException>(() => store.LaunchAsync([NewLaunch(size: 1_000_000)], null, null, Cancellation));
        Assert.Equal(acknowledged, (await AllAsync(store)).ToHashSet());

        mount.Remount("size=16m");
        var later = NewLaunch();
        await store.LaunchAsync([later], null, null, Cancellation);
        acknowledged.Add(later.Next.Id);
        Assert.Equal(acknowledged, (await AllAsync(store)).ToHashSet());
    }

    [Fact]
    public async Task Read_WriterHoldsTheDatabase_IsNotBlocked()
    {
        var path = _directory.File("awoc.db");
        await using var store = await SqliteTaskStore.OpenAsync(path, TimeProvider.System, Cancellation);
        var launch = NewLaunch();
        await store.LaunchAsync([launch], null, null, Cancellation);

        using var other = new SqliteDatabase(path).OpenWriter();
        other.Run("BEGIN IMMEDIATE");
        var waiting = store.LaunchAsync([NewLaunch()], null, null, Cancellation);
        var found = await store.FindAsync(launch.Next.Id, Cancellation);

        Assert.NotNull(found);
        Assert.False(waiting.IsCompleted);
        other.Run("ROLLBACK");
        Assert.IsType<LaunchResult.Stored>(await waiting.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Fact]
    public async Task Launch_OtherProgramKeepsTheLock_FailsAndGoesOnAfterwards()
    {
        var path = _directory.File("awoc.db");
        await using var store = await SqliteTaskStore.OpenAsync(path, TimeProvider.System, Cancellation);
        using var other = new SqliteDatabase(path).OpenWriter();
        other.Run("BEGIN IMMEDIATE");

        var fault = await Assert.ThrowsAsync<StoreException>(() => store.LaunchAsync([NewLaunch()], null, null, Cancellation));
        Assert.StartsWith($"{path} is locked by another program", fault.Message, StringComparison.Ordinal);

        other.Run("ROLLBACK");
        Assert.IsType<LaunchResult.Stored>(await store.LaunchAsync([NewLaunch()], null, null, Cancellation));
    }

    private static async Task<IEnumerable<TaskId>> AllAsync(SqliteTaskStore store) =>
        (await store.ListAsync(new TaskQuery([], [], int.MaxValue), Cancellation)).Select(t => t.Id);

    private static Decision.Accepted NewLaunch(int size = 2000) => TaskLifecycle.Launch(
        TaskId.New(TimeProvider.System), RandomLife.Spec() with { Description = new string('x', size) }, TimeProvider.System.GetUtcNow());
}
