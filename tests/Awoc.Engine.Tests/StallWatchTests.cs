using System.Diagnostics;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision.Stalls;
using Awoc.TestKit;

namespace Awoc.Engine.Tests;

public sealed class StallWatchTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private static readonly LifeSigns s_signs = new() { LogBytes = 10, TrafficAt = DateTimeOffset.UnixEpoch, TreeCpu = TimeSpan.FromSeconds(1) };

    [Fact]
    public void Observe_NoSignOfLifeForTheLimit_IsAStall()
    {
        var watch = new StallWatch(s_limit);

        Assert.Equal(s_limit, FirstStall(watch, _ => s_signs, TimeSpan.FromMinutes(20)));
    }

    [Fact]
    public void Observe_IdleProcessTicksOver_IsAStall()
    {
        var watch = new StallWatch(s_limit);

        Assert.Equal(s_limit, FirstStall(watch, at => s_signs with { TreeCpu = at * 0.005 }, TimeSpan.FromMinutes(20)));
    }

    [Fact]
    public void Observe_SilentBuildThatUsesCpu_IsNone()
    {
        var watch = new StallWatch(s_limit);

        Assert.Null(FirstStall(watch, at => s_signs with { TreeCpu = at * 0.6, ToolPending = true }, TimeSpan.FromMinutes(30)));
    }

    [Fact]
    public void Observe_ToolThatWaitsUnseen_IsOneOnlyAfterMorePatience()
    {
        var watch = new StallWatch(s_limit);

        Assert.Equal(s_limit * StallWatch.ToolPatience, FirstStall(watch, _ => s_signs with { ToolPending = true }, TimeSpan.FromHours(2)));
    }

    [Theory]
    [InlineData("log")]
    [InlineData("traffic")]
    [InlineData("excused")]
    public void Observe_OneSignEveryFourMinutes_IsNone(string sign)
    {
        var watch = new StallWatch(s_limit);

        var stalled = FirstStall(watch, at => (Step: (long)(at / TimeSpan.FromMinutes(4)), sign) switch
        {
            (var step, "log") => s_signs with { LogBytes = step },
            (var step, "traffic") => s_signs with { TrafficAt = DateTimeOffset.UnixEpoch.AddHours(step) },
            _ => s_signs with { Excused = (long)at.TotalSeconds % 240 == 0 },
        }, TimeSpan.FromHours(3));

        Assert.Null(stalled);
    }

    [Fact]
    public void Observe_DaemonFrozenForAnHour_CountsTwoLooks()
    {
        var watch = new StallWatch(s_limit);
        watch.Observe(s_signs, TimeSpan.Zero);

        Assert.False(watch.Observe(s_signs, TimeSpan.FromHours(1)));
        Assert.Equal(watch.Interval * 2, watch.Quiet);
    }

    [Fact]
    public async Task TreeCpu_BusyGrandchild_IsCounted()
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "sh -c 'while :; do :; done' & echo up; wait"]) { RedirectStandardOutput = true })!;
        try
        {
            await shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            var info = new ShimInfo(1, "0", 1, 0, 0, shell.Id, 0, "", null, null);
            var first = TreeCpu.Read(info);
            Assert.NotNull(first);

            await Eventually.TrueAsync(
                () => TreeCpu.Read(info) >= first + TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30), "the grandchild's CPU time to be seen");
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }
    }

    private static TimeSpan? FirstStall(StallWatch watch, Func<TimeSpan, LifeSigns> signs, TimeSpan until)
    {
        watch.Observe(signs(TimeSpan.Zero), TimeSpan.Zero);
        for (var at = watch.Interval; at <= until; at += watch.Interval)
        {
            if (watch.Observe(signs(at), watch.Interval)) return at;
        }

        return null;
    }
}
