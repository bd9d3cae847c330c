using System.Diagnostics;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Storage.Sqlite;

namespace Awoc.StoreBench;

/// <summary>What it takes to find the next task and to claim it durably, with few and with many tasks stored.</summary>
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
            await FillAsync(store, stored);
            using var raw = new RawSqlite(path);

            // Each claimed task is replaced, so that the number stays.
            var (pick, claim, rawPick, rawClaim) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var i = 0; i < Rounds; i++)
            {
                var clock = Stopwatch.StartNew();
                var next = (await store.ReadyAsync("default", 1, CancellationToken.None))[0];
                pick.Add(clock.Elapsed.TotalMicroseconds);
                var decision = Samples.Dispatch(next);
                clock.Restart();
                var commit = new TaskCommit(next.Version, null, decision, TimeSpan.FromMinutes(1));
                var result = await store.CommitAsync(commit, CancellationToken.None);
                claim.Add(clock.Elapsed.TotalMicroseconds);
                if (result != CommitResult.Applied) throw new InvalidOperationException($"{result}");
                await store.LaunchAsync([Samples.Launch()], null, null, CancellationToken.None);

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
                await store.LaunchAsync([Samples.Launch()], null, null, CancellationToken.None);
            }

            Row("pick next (whole task / its id)", stored, pick, rawPick);
            Row("claim (durable)", stored, claim, rawClaim);
        }
    }

    private static async Task FillAsync(SqliteTaskStore store, int count)
    {
        foreach (var chunk in Enumerable.Range(0, count).Chunk(1000))
        {
            await store.LaunchAsync([.. chunk.Select(_ => Samples.Launch())], null, null, CancellationToken.None);
        }
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
