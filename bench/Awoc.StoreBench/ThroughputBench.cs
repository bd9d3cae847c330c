using System.Diagnostics;
using Awoc.Core.Store;
using Awoc.Storage.Sqlite;

namespace Awoc.StoreBench;

/// <summary>Durable launches and whole lives a second, by the number of producers who each wait for their acknowledgement.</summary>
internal static class ThroughputBench
{
    private static readonly int[] s_producers = [1, 8, 64];

    public static async Task RunAsync(string directory, TimeSpan span)
    {
        Console.WriteLine("durable, one acknowledgement each     producers     store/s   raw SQLite/s   store/raw   p50 ms   p99 ms");
        foreach (var producers in s_producers)
        {
            var latencies = await StoreAsync(Path.Combine(directory, $"enqueue-{producers}.db"), producers, span, wholeLife: false);
            var raw = await RawAsync(Path.Combine(directory, $"enqueue-{producers}-raw.db"), producers, span, wholeLife: false);
            Row("enqueue (launch)", producers, latencies, span, raw);
        }

        foreach (var producers in s_producers)
        {
            var latencies = await StoreAsync(Path.Combine(directory, $"life-{producers}.db"), producers, span, wholeLife: true);
            var raw = await RawAsync(Path.Combine(directory, $"life-{producers}-raw.db"), producers, span, wholeLife: true);
            Row("life (launch, dispatch, finish)", producers, latencies, span, raw);
        }
    }

    private static async Task<List<double>> StoreAsync(string path, int producers, TimeSpan span, bool wholeLife)
    {
        await using var store = await SqliteTaskStore.OpenAsync(path, TimeProvider.System, CancellationToken.None);
        await ProduceAsync(store, TimeSpan.FromSeconds(0.3), wholeLife);
        var all = await Task.WhenAll(Enumerable.Range(0, producers).Select(_ => Task.Run(() => ProduceAsync(store, span, wholeLife))));
        return [.. all.SelectMany(l => l).Order()];
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
    private static async Task<double> RawAsync(string path, int batch, TimeSpan span, bool wholeLife)
    {
        await using (await SqliteTaskStore.OpenAsync(path, TimeProvider.System, CancellationToken.None))
        {
        }

        using var raw = new RawSqlite(path);
        var spent = TimeSpan.Zero;
        var lives = 0;
        while (spent < span)
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

        return lives / spent.TotalSeconds;
    }

    private static void Together(RawSqlite raw, List<RawSqlite.Life> rows, Action<RawSqlite.Life> write)
    {
        raw.Begin();
        foreach (var row in rows) write(row);
        raw.Commit();
    }

    private static void Row(string name, int producers, List<double> latencies, TimeSpan span, double raw)
    {
        var rate = latencies.Count / span.TotalSeconds;
        Console.WriteLine(
            $"{name,-36}{producers,11}{rate,12:N0}{raw,15:N0}{rate / raw,12:P0}{latencies[latencies.Count / 2],9:F2}{latencies[(int)(latencies.Count * 0.99)],9:F2}");
    }
}
