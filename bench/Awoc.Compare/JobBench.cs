using System.Diagnostics;

namespace Awoc.Compare;

/// <summary>From the first launch of many no-op commands until the last of them has ended, with so many slots on every side.</summary>
internal static class JobBench
{
    private const int Producers = 32;

    public static async Task RunAsync(Options options, Scratch scratch)
    {
        await using var few = await AwocSide.StartAsync(scratch, "jobs-few", Options.FewStored);
        await using var many = await AwocSide.StartAsync(scratch, "jobs-many", options.Stored);
        var jobs = options.Jobs;
        var contest = new Contest();
        List<Figures> all =
        [
            contest.Add("task-spooler: tsp true", () => Task.FromResult(Shell(
                scratch.Variables(), scratch,
                $"tsp -S {Options.Slots}; for i in $(seq {jobs}); do tsp true >/dev/null; done; for i in $(seq {Math.Max(0, jobs - Options.Slots)} {jobs - 1}); do tsp -w $i; done; tsp -K"))),
            contest.Add("GNU parallel", () => Task.FromResult(Shell(
                scratch.Variables(), scratch, $"seq {jobs} | parallel --will-cite -j {Options.Slots} true"))),
            contest.Add($"awoc run, {Options.FewStored:N0} stored", () => Task.FromResult(Runs(few, scratch, jobs))),
            contest.Add($"awoc run, {options.Stored:N0} stored", () => Task.FromResult(Runs(many, scratch, jobs))),
            contest.Add($"API, one connection, {Options.FewStored:N0} stored", () => CallsAsync(few, jobs, 1)),
            contest.Add($"API, one connection, {options.Stored:N0} stored", () => CallsAsync(many, jobs, 1)),
            contest.Add($"API, {Producers} connections, {Options.FewStored:N0} stored", () => CallsAsync(few, jobs, Producers)),
        ];
        await contest.RunAsync(options.Rounds, async () =>
        {
            await few.SettleAsync();
            await many.SettleAsync();
        });

        Console.WriteLine($"{jobs} no-op jobs, {Options.Slots} at once               whole time ms    ms a job     jobs/s   x task-spooler");
        foreach (var side in all)
            Console.WriteLine($"{side.Name,-42}{side.Median,14:F0}{side.Median / jobs,12:F2}{jobs / side.Median * 1000,11:F0}{side.Median / all[0].Median,17:F2}");
    }

    private static TimeSpan Runs(AwocSide side, Scratch scratch, int jobs) =>
        Shell(side.Variables, scratch, $"for i in $(seq {jobs}); do awoc run --agent command true >/dev/null; done; awoc wait >/dev/null");

    private static TimeSpan Shell(IReadOnlyDictionary<string, string> variables, Scratch scratch, string script) =>
        Machine.Time(variables, scratch.Work, "/bin/bash", "-c", script);

    /// <summary>The ends are counted as they are told: to look each task up would be work of its own.</summary>
    private static async Task<TimeSpan> CallsAsync(AwocSide side, int jobs, int producers)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var followed = new TaskCompletionSource();
        var ended = 0;
        var all = new TaskCompletionSource();
        var following = FollowAsync();

        // The subscription stands once it tells of a task's end.
        while (!followed.Task.IsCompleted)
        {
            await side.LaunchAsync();
            await Task.WhenAny(followed.Task, Task.Delay(200));
        }

        await side.SettleAsync();
        await Task.Delay(50);
        Volatile.Write(ref ended, 0);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, producers).Select(async producer =>
        {
            for (var i = producer; i < jobs; i += producers) await side.LaunchAsync();
        }));
        await all.Task.WaitAsync(stop.Token);
        var time = clock.Elapsed;
        await stop.CancelAsync();
        await following;
        return time;

        async Task FollowAsync()
        {
            try
            {
                await foreach (var e in side.Client.EventsAsync(token: stop.Token))
                {
                    if (e.Kind != "ended") continue;
                    followed.TrySetResult();
                    if (Interlocked.Increment(ref ended) == jobs) all.TrySetResult();
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
            }
        }
    }
}
