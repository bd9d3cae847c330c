using System.Diagnostics;
using Awoc.Core.Store;
using Awoc.Storage.Sqlite;

namespace Awoc.StoreBench;

/// <summary>Durable launches and whole lives a second, by the number of producers who each wait for their acknowledgement.</summary>
internal static class ThroughputBench
{
    private static readonly int[] s_producers = [1, 8, 64];

    /// <summary>Both sides take turns, so that a neighbour's load or the disk's mood falls on both.</summary>
    private const int Turns = 4;

    public static async Task RunAsync(string directory, TimeSpan span)
    {
        Console.WriteLine("durable, one acknowledgement each     producers     store/s   raw SQLite/s   store/raw   p50 ms   p99 ms");
        foreach (var wholeLife in new[] { false, true })
        {
            foreach (var producers in s_producers) await MeasureAsync(directory, producers, span / Turns, wholeLife);
        }
    }

    private static async Task MeasureAsync(string directory, int producers, TimeSpan turn, bool wholeLife)
    {
        var name = wholeLife ? "life (launch, dispatch, finish)" : "enqueue (launch)";
        var path = Path.Combine(directory, $"{(wholeLife ? "life" : "enqueue")}-{producers}.db");
        var rawPath = path + ".raw";
        await using (await SqliteTaskStore.OpenAsync(rawPath, TimeProvider.System, CancellationToken.None))
        {
        }

        await using var store = await SqliteTaskStore.OpenAsync(path, TimeProvider.System, CancellationToken.None);
        using var raw = new RawSqlite(rawPath);
        await ProduceAsync(store, turn / 2, wholeLife);

        List<double> latencies = [];
        var (rawLives, storeTime, rawTime) = (0, TimeSpan.Zero, TimeSpan.Zero);
        for (var i = 0; i < Turns; i++)
        {
            var clock = Stopwatch.StartNew();
            var all = await Task.WhenAll(Enumerable.Range(0, producers).Select(_ => Task.Run(() => ProduceAsync(store, turn, wholeLife))));
            storeTime += clock.Elapsed;
            latencies.AddRange(all.SelectMany(l => l));
            var (lives, spent) = Raw(raw, producers, turn, wholeLife);
            rawLives += lives;
            rawTime += spent;
        }

        latencies.Sort();
        var (rate, rawRate) = (latencies.Count / storeTime.TotalSeconds, rawLives / rawTime.TotalSeconds);
        Console.WriteLine(
            $"{name,-36}{producers,11}{rate,12:N0}{rawRate,15:N0}{rate / rawRate,12:P0}" +
            $"{latencies[latencies.Count / 2],9:F2}{latencies[(int)(latencies.Count * 0.99)],9:F2}");
    }

    private static async Task<List<double>> ProduceAsync(SqliteTaskStore store, TimeSpan span, bool wholeLife)
    {
        List<double> latencies = [];
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < span)
        {
            var began = clock.Elapsed;
            var launch = Samples.Launch();
            await store.LaunchAsync([launch], null, null, CancellationToken.None);
            if (wholeLife)
            {
                var dispatch = Samples.Dispatch(launch.Next);
                await CommitAsync(store, new TaskCommit(2, null, dispatch, TimeSpan.FromMinutes(1)));
                await CommitAsync(store, new TaskCommit(3, 1, Samples.Finish(dispatch.Next)));
            }

            latencies.Add((clock.Elapsed - began).TotalMilliseconds);
        }

        return latencies;
    }

    private static async Task CommitAsync(SqliteTaskStore store, TaskCommit commit)
    {
        var result = await store.CommitAsync(commit, CancellationToken.None);
        if (result != CommitResult.Applied) throw new InvalidOperationException($"{result}");
    }

    /// <summary>Batches of as many rows as there are producers: all that can wait for one fsync together.</summary>
    private static (int Lives, TimeSpan Spent) Raw(RawSqlite raw, int batch, TimeSpan turn, bool wholeLife)
    {
        var (lives, spent) = (0, TimeSpan.Zero);
        while (spent < turn)
        {
            var rows = Enumerable.Range(0, batch).Select(_ => RawSqlite.NewLife()).ToList();
            var clock = Stopwatch.StartNew();
            Together(raw, rows, raw.Launch);
            if (wholeLife)
            {
                Together(raw, rows, raw.Dispatch);
                Together(raw, rows, raw.Finish);
            }

            spent += clock.Elapsed;
            lives += batch;
        }

        return (lives, spent);
    }

    private static void Together(RawSqlite raw, List<RawSqlite.Life> rows, Action<RawSqlite.Life> write)
    {
        raw.Begin();
        foreach (var row in rows) write(row);
        raw.Commit();
    }
}
