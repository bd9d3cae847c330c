using System.Diagnostics;

namespace Awoc.SchedulerBench;

/// <summary>100 tasks of one second on 10 slots: ten seconds, were there nothing else to do.</summary>
internal static class SlotsBench
{
    private const int Tasks = 100;
    private const int Slots = 10;
    private const int Rounds = 5;

    public static async Task RunAsync(string directory)
    {
        await using var daemon = await Daemon.StartAsync(directory, Slots);
        await daemon.LaunchAsync(2 * Slots, Slots, () => daemon.Request("true"));
        await daemon.SettleAsync();
        Console.WriteLine($"{Tasks} tasks of 1 s on {Slots} slots: wall time, parallel efficiency");
        for (var round = 0; round < Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            await daemon.LaunchAsync(Tasks, Slots, () => daemon.Request("sleep 1"));
            await daemon.SettleAsync();
            var seconds = clock.Elapsed.TotalSeconds;
            Console.WriteLine($"{seconds,10:F2} s{(double)Tasks / Slots / seconds,10:F3}");
        }
    }
}
