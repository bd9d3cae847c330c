using Awoc.Engine.Pool;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Shims;
using Awoc.Engine.Tests.Scheduling;
using Awoc.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Engine.Tests.Pool;

public sealed class WarmPoolSweepTests
{
    [Fact]
    public async Task Run_WhatAnEarlierDaemonLeftCannotBeRead_IsTriedAgainAndThePoolGoesOn()
    {
        var time = new FakeTimeProvider();
        await using var rig = await SchedulingRig.OpenAsync();
        var (bad, good) = (Path.Combine(rig.Paths.Pool, "bad"), Path.Combine(rig.Paths.Pool, "good"));
        Directory.CreateDirectory(Path.Combine(bad, ShimFiles.Spec));
        Directory.CreateDirectory(good);
        var pool = new WarmPool(time, new MemoryRoom(MachineState.Real));
        using var stop = new CancellationTokenSource();
        var run = pool.RunAsync(rig.Ports(), rig.Feed, NullLogger<WarmPool>.Instance, stop.Token);
        await Eventually.TrueAsync(() => !Directory.Exists(good), TimeSpan.FromSeconds(10), "the other is swept all the same");
        Assert.True(Directory.Exists(bad));
        Assert.False(run.IsCompleted);

        Directory.Delete(Path.Combine(bad, ShimFiles.Spec));
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return !Directory.Exists(bad);
            },
            TimeSpan.FromSeconds(10),
            "it is swept as soon as it can be");

        await stop.CancelAsync();
        await run;
    }
}
