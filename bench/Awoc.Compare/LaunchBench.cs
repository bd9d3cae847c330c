using System.Diagnostics;

namespace Awoc.Compare;

/// <summary>How long it takes until a launch returns, one at a time on an idle queue.</summary>
internal static class LaunchBench
{
    private const int LaunchesPerRound = 8;

    public static async Task RunAsync(Options options, Scratch scratch)
    {
        await using var few = await AwocSide.StartAsync(scratch, "launch-few", Options.FewStored);
        await using var many = await AwocSide.StartAsync(scratch, "launch-many", options.Stored);
        var variables = scratch.Variables();
        var contest = new Contest();
        List<Figures> all =
        [
            contest.Add("one durable write (4 KB, fsync)", () => Task.FromResult(DurableWrite(scratch))),
            contest.Add("task-spooler: tsp true", () => Task.FromResult(Machine.Time(variables, scratch.Work, "/usr/bin/tsp", "true"))),
            contest.Add("GNU parallel: sem true", () => Task.FromResult(
                Machine.Time(variables, scratch.Work, "/usr/bin/sem", "--will-cite", "-j", $"{Options.Slots}", "true"))),
            contest.Add($"awoc run, {Options.FewStored:N0} stored", () => Task.FromResult(few.Cli("run", "--agent", "command", "true"))),
            contest.Add($"awoc run, {options.Stored:N0} stored", () => Task.FromResult(many.Cli("run", "--agent", "command", "true"))),
            contest.Add($"API call, {Options.FewStored:N0} stored", () => CallAsync(few)),
            contest.Add($"API call, {options.Stored:N0} stored", () => CallAsync(many)),
        ];
        try
        {
            await contest.RunAsync(options.Rounds * LaunchesPerRound, async () =>
            {
                await few.SettleAsync();
                await many.SettleAsync();
            });
        }
        finally
        {
            Machine.Time(variables, scratch.Work, "/usr/bin/tsp", "-K");
        }

        Console.WriteLine("time until a launch returns                 median ms    p95 ms   x task-spooler");
        foreach (var side in all) Console.WriteLine($"{side.Name,-42}{side.Median,11:F1}{side.P95,10:F1}{side.Median / all[1].Median,17:F2}");
    }

    private static async Task<TimeSpan> CallAsync(AwocSide side)
    {
        var clock = Stopwatch.StartNew();
        await side.LaunchAsync();
        return clock.Elapsed;
    }

    private static TimeSpan DurableWrite(Scratch scratch)
    {
        var clock = Stopwatch.StartNew();
        using var handle = File.OpenHandle(scratch.In("write"), FileMode.OpenOrCreate, FileAccess.Write);
        RandomAccess.Write(handle, new byte[4096], RandomAccess.GetLength(handle));
        RandomAccess.FlushToDisk(handle);
        return clock.Elapsed;
    }
}
