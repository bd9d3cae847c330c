// Launches and dispatches tasks from several producers until it is killed. A line on stdout is a promise: what it names
// was acknowledged by the store. The line is written before the next request of that producer.
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Storage.Sqlite;
using Storage.Conformance;

await using var store = await SqliteTaskStore.OpenAsync(args[0], TimeProvider.System, CancellationToken.None);
var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(ProduceAsync)));

async Task ProduceAsync()
{
    while (true)
    {
        var launch = TaskLifecycle.Launch(TaskId.New(TimeProvider.System), RandomLife.Spec(), TimeProvider.System.GetUtcNow());
        await store.LaunchAsync([launch], null, null, CancellationToken.None);
        await output.WriteLineAsync($"launched {launch.Next.Id}");

        var dispatch = (Decision.Accepted)TaskLifecycle.Decide(
            launch.Next, new TaskCommand.Dispatch("node"), TimeProvider.System.GetUtcNow());
        await store.CommitAsync(new TaskCommit(launch.Next.Version, null, dispatch, TimeSpan.FromMinutes(1)), CancellationToken.None);
        await output.WriteLineAsync($"dispatched {launch.Next.Id}");
    }
}
