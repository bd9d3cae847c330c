using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Awoc.Core.Scheduling;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.SchedulerBench;

/// <summary>What it takes to pick the next of many queued tasks, and to put one in: the line alone, in memory.</summary>
internal static class PickBench
{
    private const int Rounds = 20_000;

    private static readonly DateTimeOffset s_begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Run()
    {
        Console.WriteLine("µs                          queued    shapes    shares    pick p50     p99    end p50    add p50");
        foreach (var (queued, shapes, shares) in ((int, int, int)[])[(1000, 1, 1), (100_000, 1, 1), (100_000, 12, 1000), (100_000, 48, 10_000), (1_000_000, 12, 1000)])
            Measure(queued, shapes, shares);
    }

    private static void Measure(int queued, int shapes, int shares)
    {
        var limits = new LineLimits(16)
        {
            Queues = Enumerable.Range(0, shapes).ToImmutableSortedDictionary(i => $"q{i}", _ => new QueueLimit(3, false), StringComparer.Ordinal),
            Agents = ImmutableSortedDictionary<string, int>.Empty.Add("claude", 12),
        };
        var line = new StartLine(limits);
        var random = new Random(1);
        for (var i = 0; i < queued; i++) line.Add(Make(i));
        var running = new Queue<TaskId>();
        var now = s_begin.AddDays(1);
        while (line.Take(now) is { } first) running.Enqueue(first.Id);

        var (pick, end, add) = (new List<double>(Rounds), new List<double>(Rounds), new List<double>(Rounds));
        for (var i = 0; i < Rounds; i++)
        {
            now = now.AddSeconds(1);
            var clock = Stopwatch.GetTimestamp();
            line.Ended(running.Dequeue());
            end.Add(Stopwatch.GetElapsedTime(clock).TotalMicroseconds);
            clock = Stopwatch.GetTimestamp();
            var next = line.Take(now) ?? throw new InvalidOperationException("nothing could start");
            pick.Add(Stopwatch.GetElapsedTime(clock).TotalMicroseconds);
            running.Enqueue(next.Id);
            var task = Make(queued + i);
            clock = Stopwatch.GetTimestamp();
            line.Add(task);
            add.Add(Stopwatch.GetElapsedTime(clock).TotalMicroseconds);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{"pick, end, add",-24}{queued,10:N0}{shapes,10}{shares,10:N0}{At(pick, 0.5),12:F2}{At(pick, 0.99),8:F2}{At(end, 0.5),11:F2}{At(add, 0.5),11:F2}"));

        QueuedTask Make(int i) => new(
            TaskId.Parse(string.Create(CultureInfo.InvariantCulture, $"1763876543-{i:x12}")), 1, $"q{i % shapes}", $"share{random.Next(shares)}",
            i % 3 == 0 ? "claude" : "command", null, random.Next(-5, 6), s_begin.AddMilliseconds(i * 10), i);
    }

    private static double At(List<double> values, double part)
    {
        values.Sort();
        return values[(int)(values.Count * part)];
    }
}
