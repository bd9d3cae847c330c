namespace Awoc.Shim.Native;

/// <summary>Microseconds. Durations are counted by CLOCK_MONOTONIC, which stands still while the machine sleeps.</summary>
internal static unsafe class Clock
{
    private const int RealTime = 0, Monotonic = 1;

    internal static long NowUs() => Get(Monotonic);

    internal static long UnixUs() => Get(RealTime);

    internal static void Sleep(long us)
    {
        var time = new TimeSpec { Seconds = us / 1_000_000, Nanoseconds = us % 1_000_000 * 1000 };
        _ = Libc.NanoSleep(&time, null);
    }

    private static long Get(int clock)
    {
        TimeSpec time;
        _ = Libc.ClockGet(clock, &time);
        return (time.Seconds * 1_000_000) + (time.Nanoseconds / 1000);
    }
}
