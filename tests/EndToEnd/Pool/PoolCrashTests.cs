using Awoc.TestKit;

namespace Awoc.EndToEnd.Pool;

/// <summary>The daemon dies, or ends, with agents warm: none is left behind, and no task is lost or done twice.</summary>
public sealed class PoolCrashTests
{
    [Fact]
    public async Task KillDaemon_WithSpares_NothingIsLeftInAFewSeconds()
    {
        await using var warm = await WarmSandbox.StartAsync(size: 2);
        await warm.RunAsync();
        await warm.SparesAsync(1);
        await warm.RunAsync();
        var spares = await warm.SparesAsync(2);
        var shims = spares.Select(warm.ShimOf).ToList();

        Processes.Kill(await warm.Awoc.DaemonPidAsync());

        await Eventually.TrueAsync(() => !shims.Any(Processes.IsAlive) && spares.All(spare => Processes.WithEnvironment(spare).Count == 0), WarmSandbox.Soon, "the end of all of them");
        Assert.Equal(2, Directory.GetDirectories(warm.PoolFolder).Length);
        Assert.Empty((await warm.PoolAsync())["spares"]!.AsArray());
        await warm.EmptyAsync();
    }

    [Fact]
    public async Task StopDaemon_WithSpares_TheyAreGoneWhenItIs()
    {
        await using var warm = await WarmSandbox.StartAsync();
        await warm.RunAsync();
        var spare = Assert.Single(await warm.SparesAsync());
        Assert.Equal(0, (await warm.Awoc.AwocAsync("daemon", "stop")).Code);
        Assert.Empty(Processes.WithEnvironment(spare));
        Assert.Empty(Directory.EnumerateFileSystemEntries(warm.PoolFolder));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(warm.Awoc.Home, "run", "s")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KillDaemon_BetweenClaimAndBeginning_TheNextOneDoesTheTaskOnce(bool isStillWarm)
    {
        await using var warm = await WarmSandbox.StartAsync();
        await warm.RunAsync();
        var spare = Assert.Single(await warm.SparesAsync());
        var shim = warm.ShimOf(spare);
        var asked = warm.Server.Log.MessageRequests.Count;

        // A shim that stands still cannot be told to begin.
        Processes.Pause(shim);
        var id = await warm.LaunchAsync();
        await Eventually.TrueAsync(() => warm.WasWarm(id), WarmSandbox.Soon, "the claim");
        Processes.Kill(await warm.Awoc.DaemonPidAsync());
        if (isStillWarm) await warm.Awoc.AwocAsync("daemon", "start");
        Processes.Resume(shim);
        if (!isStillWarm) await Eventually.TrueAsync(() => !Processes.IsAlive(shim), WarmSandbox.Soon, "the end of a spare without a daemon");

        // The key is in the memory of the shim that is gone, and has to come again.
        await warm.Awoc.AwocAsync("daemon", "start");
        var status = await warm.Awoc.EndOfAsync(id);

        Assert.True((string?)status["outcome"] == "succeeded", status.ToJsonString() + warm.Awoc.Diagnose(id));
        Assert.Equal(2, warm.Server.Log.MessageRequests.Count - asked);
        if (isStillWarm) Assert.Single(status["attempts"]!.AsArray());
        Assert.Empty(Processes.WithEnvironment(spare));
    }

    [Fact]
    public async Task KillDaemon_AtRandomAroundClaims_EveryTaskSucceedsOnce()
    {
        var random = new Random(20261123);
        await using var warm = await WarmSandbox.StartAsync();
        await warm.RunAsync();
        for (var round = 0; round < 4; round++)
        {
            await warm.SparesAsync();
            var asked = Answered(warm);
            var id = await warm.LaunchAsync();
            await Task.Delay(random.Next(0, 60));
            Processes.Kill(await warm.Awoc.DaemonPidAsync());
            await warm.Awoc.AwocAsync("daemon", "start");
            var status = await warm.Awoc.EndOfAsync(id);
            Assert.True((string?)status["outcome"] == "succeeded", $"round {round}: {status.ToJsonString()}{warm.Awoc.Diagnose(id)}");
            Assert.Equal(2, Answered(warm) - asked);
            await warm.RunAsync();
        }
    }

    /// <summary>A request of an agent that lost its daemon on the way is asked again.</summary>
    private static int Answered(WarmSandbox warm) => warm.Server.Log.MessageRequests.Count(request => request is { Status: 200, ClientDisconnected: false });
}
