using System.Globalization;
using Awoc.Engine.Shims;
using Awoc.TestKit;

namespace Awoc.Shim.Tests;

public sealed class TreeTests(PublishedShim shim)
{
    // Each starts a session of its own and is a grandchild that was let go: no process group and no parent leads to it.
    private const string Strays =
        "i=0; while [ $i -lt 50 ]; do (setsid sh -c 'echo $$ >> pids; exec env -i sleep 1000' </dev/null >/dev/null 2>&1 &); i=$((i+1)); done; " +
        "while [ \"$(wc -l < pids)\" -lt 50 ]; do sleep 0.01; done; echo up; ";

    [Theory]
    [InlineData(true, "exit 0")]
    [InlineData(false, "exit 0")]
    [InlineData(true, "sleep 1000")]
    [InlineData(false, "sleep 1000")]
    public async Task End_FiftyStraysWithSessionsOfTheirOwn_AllAreDead(bool cgroup, string then)
    {
        await using var attempt = new Attempt(shim).Script(Strays + then);
        attempt.With(spec => spec with { Cgroup = cgroup, Cwd = attempt.Directory, Ladder = [LadderStep.Kill(TimeSpan.FromSeconds(5))] }).Start();
        await Until.TrueAsync(() => File.Exists(attempt.File(ShimFiles.Events)) && attempt.Events() == "up\n", "the strays");
        if (then != "exit 0") await (await attempt.OwnAsync(5)).EndAsync(EndCause.Cancel);

        var exit = await attempt.EndAsync();

        var pids = File.ReadAllLines(attempt.File("pids")).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(50, pids.Count);
        Assert.DoesNotContain(pids, Processes.IsAlive);
        Assert.InRange(exit.Survivors, 50, 51);
        if (ShimInfo.Read(attempt.Directory)!.Cgroup is { } group)
            await Until.TrueAsync(() => !Directory.Exists(group), $"the removal of {group}");
    }

    [Fact]
    public async Task Sweep_ShimWasKilled_EndsWhatItLeft()
    {
        await using var attempt = new Attempt(shim).Script("setsid sleep 1000 & echo $! > pid; echo up; exec sleep 1000");
        attempt.With(spec => spec with { Cgroup = false, Cwd = attempt.Directory }).Start();
        await Until.TrueAsync(() => File.Exists(attempt.File(ShimFiles.Events)) && attempt.Events() == "up\n", "the agent");
        var agent = ShimInfo.Read(attempt.Directory)!.AgentPid;
        var stray = int.Parse(File.ReadAllText(attempt.File("pid")), CultureInfo.InvariantCulture);

        Attempt.Signal(attempt.ShimPid, 9);
        await Until.TrueAsync(() => !Processes.IsAlive(agent), "the agent, which goes with its shim");
        var standing = await AttemptProbe.ExamineAsync(attempt.Directory, TimeSpan.Zero, TimeProvider.System);
        var killed = await OrphanSweep.KillAsync(attempt.Directory, Attempt.Patience, TimeProvider.System);

        Assert.IsType<AttemptStanding.Gone>(standing);
        Assert.Equal(1, killed);
        Assert.False(Processes.IsAlive(stray));
    }

    [Fact]
    public async Task Examine_EachStandingOfAnAttempt_IsToldApart()
    {
        await using var attempt = new Attempt(shim).Script("exec sleep 1000");
        attempt.Spec.Write(attempt.Directory);
        Assert.IsType<AttemptStanding.NotStarted>(await AttemptProbe.ExamineAsync(attempt.Directory, TimeSpan.Zero, TimeProvider.System));

        attempt.Start();
        await Until.TrueAsync(() => File.Exists(attempt.File(ShimFiles.Info)), "the shim");
        var alive = await AttemptProbe.ExamineAsync(attempt.Directory, Attempt.Patience, TimeProvider.System);
        Assert.Equal(attempt.Spec.Socket, Assert.IsType<AttemptStanding.Alive>(alive).Socket);

        File.Delete(attempt.Spec.Socket);
        Assert.IsType<AttemptStanding.AliveWithoutSocket>(await AttemptProbe.ExamineAsync(attempt.Directory, TimeSpan.Zero, TimeProvider.System));

        Attempt.Signal(attempt.ShimPid, 15);
        await attempt.EndAsync();
        var ended = await AttemptProbe.ExamineAsync(attempt.Directory, TimeSpan.Zero, TimeProvider.System);
        Assert.Equal(EndCause.ShimTerminated, Assert.IsType<AttemptStanding.Ended>(ended).Exit.Cause);
    }
}
