using System.Diagnostics;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Awoc.Storage.Tests;

/// <summary>An acknowledged write survives SIGKILL of the process at any moment.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Rounds = 10;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Kill_AtRandomMoments_EveryAcknowledgedWriteIsThere()
    {
        var seed = Environment.GetEnvironmentVariable("AWOC_TEST_SEED") is { } given ? int.Parse(given) : Random.Shared.Next();
        output.WriteLine($"seed {seed} (set AWOC_TEST_SEED to repeat)");
        var random = new Random(seed);
        using var directory = new TempDirectory();
        var path = directory.File("awoc.db");
        HashSet<TaskId> launched = [];
        HashSet<TaskId> dispatched = [];

        for (var round = 0; round < Rounds; round++)
        {
            // Counted in acknowledgements, so that the moment depends on the seed and not on the machine; then a few microseconds more.
            await RunAndKillAsync(path, random.Next(1, 1500), random.Next(0, 3000), launched, dispatched);

            await using var store = await SqliteTaskStore.OpenAsync(path, TimeProvider.System, TestContext.Current.CancellationToken);
            foreach (var id in launched)
            {
                var task = await store.FindAsync(id, TestContext.Current.CancellationToken);
                Assert.True(task is not null, $"{id} was acknowledged and is gone (seed {seed}, round {round})");
                if (dispatched.Contains(id)) Assert.Equal(TaskState.Running, task.State);
            }

            await AssertWholeAsync(store);
            output.WriteLine($"round {round}: {launched.Count} launches, {dispatched.Count} dispatches acknowledged");
        }

        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        Assert.Equal("ok", connection.Scalar<string>("PRAGMA integrity_check"));
    }

    private static async Task RunAndKillAsync(string path, int lines, int spins, HashSet<TaskId> launched, HashSet<TaskId> dispatched)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "StoreLauncher");
        using var process = Process.Start(new ProcessStartInfo(program, [path]) { RedirectStandardOutput = true })!;
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            for (var i = 0; i < lines; i++) Take(await process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new EndOfStreamException());
            Thread.SpinWait(spins);
        }
        finally
        {
            process.Kill();
        }

        // What it had still promised before it died counts too; the last line may be cut.
        var rest = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        foreach (var line in rest.Split('\n')[..^1]) Take(line);

        void Take(string line) => (line.Split(' ') is ["launched", var id] ? launched : dispatched).Add(TaskId.Parse(line.Split(' ')[1]));
    }

    /// <summary>State, events and attempts of every task agree: no transaction was applied in part.</summary>
    private static async Task AssertWholeAsync(SqliteTaskStore store)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var tasks = await store.ListAsync(new Core.Store.TaskQuery([], [], int.MaxValue), cancellation);
        var events = (await store.EventsAsync(0, int.MaxValue, null, cancellation)).ToLookup(e => e.Task);
        Assert.Equal(tasks.Count, events.Count);
        foreach (var task in tasks)
        {
            var replayed = TaskLifecycle.Replay(events[task.Id].Select(e => e.Event));
            Assert.Equal(task, replayed with { Spec = task.Spec });
        }

        foreach (var task in tasks.Take(50)) Assert.Equal(task.Attempt, (await store.AttemptsAsync(task.Id, cancellation)).Count);
    }
}
