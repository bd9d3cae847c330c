using System.Diagnostics;

namespace Awoc.TestKit;

/// <summary>Waits for a condition that nothing signals, and says what it waited for when it gives up.</summary>
public static class Eventually
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan limit, string what)
    {
        var begin = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(s_look);
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(begin) > limit) throw new TimeoutException($"waited {limit.TotalSeconds} s for: {what}");
            await timer.WaitForNextTickAsync();
        }
    }

    public static Task TrueAsync(Func<bool> condition, TimeSpan limit, string what) =>
        TrueAsync(() => Task.FromResult(condition()), limit, what);
}
