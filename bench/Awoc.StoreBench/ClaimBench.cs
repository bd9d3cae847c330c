using System.Diagnostics;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Storage.Sqlite;

namespace Awoc.StoreBench;

/// <summary>What it takes to read the next task and to claim it durably, with few and with many tasks stored. Which is the next is the scheduler's.</summary>
internal static class ClaimBench
{
    private const int Rounds = 500;

    public static async Task RunAsync(string directory)
    {
        Console.WriteLine("one after the other, µs, p50 / p99       stored          store         raw SQLite   store/raw");
        foreach (var stored in new[] { 100, 100_000 })
        {
            var path = Path.Combine(directory, $"claim-{stored}.db");
            await using var store = await SqliteTaskStore.OpenAsync(path, TimeProvider.System, CancellationToken.None);
            var ids = await FillAsync(store, stored);
            using var raw = new RawSqlite(path);

            // Each claimed task is replaced, so that the number stays.
            var (pick, claim, rawPick, rawClaim) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var i = 0; i < Rounds; i++)
            {
                var clock = Stopwatch.StartNew();
                var next = (await store.FindAsync(ids.Dequeue(), CancellationToken.None))!;
                pick.Add(clock.Elapsed.TotalMicroseconds);
                var decision = Samples.Dispatch(next);
                clock.Restart();
                var commit = new TaskCommit(next.Version, null, decision, TimeSpan.FromMinutes(1));
                var result = await store.CommitAsync(commit, CancellationToken.None);
                claim.Add(clock.Elapsed.TotalMicroseconds);
                if (result != CommitResult.Applied) throw new InvalidOperationException($"{result}");
                ids.Enqueue(await LaunchAsync(store));

                var life = RawSqlite.NewLife();
                clock.Restart();
                var id = raw.Next();
                rawPick.Add(clock.Elapsed.TotalMicroseconds);
                life = life with { Task = life.Task with { Id = TaskId.Parse(id) } };
                clock.Restart();
                raw.Begin();
                raw.Dispatch(life);
                raw.Commit();
                rawClaim.Add(clock.Elapsed.TotalMicroseconds);
                ids = new Queue<TaskId>(ids.Where(i => i.Value != id));
                ids.Enqueue(await LaunchAsync(store));
            }

            Row("read next (whole task / its id)", stored, pick, rawPick);
            Row("claim (durable)", stored, claim, rawClaim);
        }
    }

    private static async Task<TaskId> LaunchAsync(SqliteTaskStore store)
    {
        var launch = Samples.Launch();
        await store.LaunchAsync([launch], null, null, CancellationToken.None);
        return launch.Next.Id;
    }

    private static async Task<Queue<TaskId>> FillAsync(SqliteTaskStore store, int count)
    {
        Queue<TaskId> ids = [];
        foreach (var chunk in Enumerable.Range(0, count).Chunk(1000))
        {
            var launches = chunk.Select(_ => Samples.Launch()).ToList();
            await store.LaunchAsync(launches, null, null, CancellationToken.None);
            foreach (var launch in launches) ids.Enqueue(launch.Next.Id);
        }

        return ids;
    }

    private static void Row(string name, int stored, List<double> store, List<double> raw)
    {
        store.Sort();
        raw.Sort();
        Console.WriteLine($"{name,-36}{stored,11:N0}{Both(store),15}{Both(raw),19}{Half(store) / Half(raw),12:F1}");

        static string Both(List<double> values) => $"{Half(values):F0} / {Most(values):F0}";
        static double Half(List<double> values) => values[values.Count / 2];
        static double Most(List<double> values) => values[(int)(values.Count * 0.99)];
    }
}
