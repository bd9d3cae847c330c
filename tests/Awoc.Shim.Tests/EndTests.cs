using Awoc.Engine.Shims;
using Awoc.TestKit;

namespace Awoc.Shim.Tests;

public sealed class EndTests(PublishedShim shim)
{
    [Theory]
    [InlineData("exit 0", 0, null)]
    [InlineData("exit 3", 3, null)]
    [InlineData("exit 255", 255, null)]
    [InlineData("kill -TERM $$", null, 15)]
    [InlineData("kill -KILL $$", null, 9)]
    public async Task Run_AgentEndsByItself_RecordsCodeOrSignal(string script, int? code, int? signal)
    {
        await using var attempt = new Attempt(shim).Script(script);

        var exit = await attempt.RunAsync();

        Assert.Equal((code, signal, null, 0), (exit.Code, exit.Signal, exit.Cause, exit.Survivors));
        Assert.True(exit.EndedUs >= exit.StartedUs && exit.StartedUs > 0);
        await Until.TrueAsync(() => !Processes.IsAlive(attempt.ShimPid), "the shim's own end");
        Assert.False(File.Exists(attempt.Spec.Socket));
    }

    [Fact]
    public async Task Run_DeadlinePassesAndAgentIgnoresSignals_ClimbsTheLadderToKill()
    {
        await using var attempt = new Attempt(shim).Script("trap '' INT TERM; echo up; while :; do sleep 0.05; done").With(spec => spec with
        {
            KeepStdin = true,
            Ladder =
            [
                LadderStep.Line("please stop", TimeSpan.FromMilliseconds(50)), LadderStep.Interrupt(TimeSpan.FromMilliseconds(60)),
                LadderStep.Terminate(TimeSpan.FromMilliseconds(60)), LadderStep.Kill(TimeSpan.FromSeconds(3)),
            ],
        }).Start();
        var owner = await attempt.OwnAsync(5);
        await Until.MessageAsync<ShimMessage.Grew>(owner, grew => grew.Events == 3);

        await owner.SetDeadlineAsync(TimeSpan.FromMilliseconds(200));
        var exit = await attempt.EndAsync();

        Assert.Equal((EndCause.Deadline, 9), (exit.Cause, exit.Signal));
        Assert.Equal([LadderAction.Line, LadderAction.Int, LadderAction.Term, LadderAction.Kill], exit.Ladder.Select(step => step.Do));
        Assert.True(exit.Ladder[1].AtMs >= 50 && exit.Ladder[2].AtMs >= 110 && exit.Ladder[3].AtMs >= 170, string.Join(' ', exit.Ladder));
        Assert.True(exit.RunMs >= 370, $"{exit.RunMs} ms");
        Assert.Contains("please stop", File.ReadAllText(attempt.File(ShimFiles.In)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AgentObeysTheFirstStep_TakesNoFurtherStep()
    {
        await using var attempt = new Attempt(shim).Script("echo up; read line; echo got $line; exit 7").With(spec => spec with
        {
            KeepStdin = true,
            Ladder = [LadderStep.Line("stop now", TimeSpan.FromSeconds(20)), LadderStep.Kill(TimeSpan.FromSeconds(1))],
        }).Start();
        var owner = await attempt.OwnAsync(5);
        await Until.MessageAsync<ShimMessage.Grew>(owner, grew => grew.Events == 3);

        await owner.SetDeadlineAsync(TimeSpan.FromMilliseconds(50));
        var exit = await attempt.EndAsync();

        Assert.Equal((7, EndCause.Deadline, "up\ngot stop now\n"), (exit.Code, exit.Cause, attempt.Events()));
        Assert.Equal(LadderAction.Line, Assert.Single(exit.Ladder).Do);
    }

    [Fact]
    public async Task End_StdinIsClosed_SkipsTheLineWithoutItsGrace()
    {
        await using var attempt = new Attempt(shim).Script("echo up; exec sleep 1000").With(spec => spec with
        {
            Ladder = [LadderStep.Line("stop", TimeSpan.FromSeconds(20)), LadderStep.Interrupt(TimeSpan.FromSeconds(10))],
        }).Start();
        var owner = await attempt.OwnAsync(5);
        await Until.MessageAsync<ShimMessage.Grew>(owner, grew => grew.Events == 3);

        await owner.EndAsync(EndCause.Cancel);
        var exit = (await Until.MessageAsync<ShimMessage.Exit>(owner)).Record;

        Assert.Equal(EndCause.Cancel, exit.Cause);
        Assert.Equal(LadderAction.Int, Assert.Single(exit.Ladder).Do);
        Assert.Equivalent(exit, await attempt.EndAsync());
    }

    [Fact]
    public async Task End_SentAgainWithSkips_MovesOnAndKeepsTheFirstCause()
    {
        await using var attempt = new Attempt(shim).Script("trap 'echo int' INT; trap '' TERM; echo up; while :; do sleep 0.05; done").With(spec => spec with
        {
            Ladder = [LadderStep.Interrupt(TimeSpan.FromMinutes(5)), LadderStep.Terminate(TimeSpan.FromMinutes(5))],
        }).Start();
        var owner = await attempt.OwnAsync(5);
        await Until.MessageAsync<ShimMessage.Grew>(owner, grew => grew.Events == 3);

        await owner.EndAsync(EndCause.Stall);
        await Until.MessageAsync<ShimMessage.Grew>(owner, grew => grew.Events == 7);
        await owner.EndAsync(EndCause.Cancel, [LadderAction.Int, LadderAction.Term]);
        var exit = (await Until.MessageAsync<ShimMessage.Exit>(owner)).Record;

        Assert.Equal((EndCause.Stall, 9), (exit.Cause, exit.Signal));
        Assert.Equal([LadderAction.Int, LadderAction.Kill], exit.Ladder.Select(step => step.Do));
    }

    [Fact]
    public async Task SetDeadline_WhileRunning_ReplacesTheOneOfTheSpec()
    {
        await using var attempt = new Attempt(shim).Script("exec sleep 1000").With(spec => spec with { DeadlineMs = 3_600_000 }).Start();
        var owner = await attempt.OwnAsync(5);

        await owner.SetDeadlineAsync(TimeSpan.FromMilliseconds(100));

        Assert.Equal(EndCause.Deadline, (await attempt.EndAsync()).Cause);
    }

    [Fact]
    public async Task Terminate_TheShimItself_EndsTheAgentAndRecordsWhy()
    {
        await using var attempt = new Attempt(shim).Script("echo up; exec sleep 1000").Start();
        await Until.TrueAsync(() => File.Exists(attempt.File(ShimFiles.Events)) && attempt.Events() == "up\n", "the agent");

        Attempt.Signal(attempt.ShimPid, 15);

        Assert.Equal((EndCause.ShimTerminated, 2), ((await attempt.EndAsync()).Cause, (await attempt.EndAsync()).Signal));
    }

    [Theory]
    [InlineData("/nonexistent/agent", "/", 2)]
    [InlineData("no-such-agent-anywhere", "/", 2)]
    [InlineData("/etc/passwd", "/", 13)]
    [InlineData("true", "/nonexistent/directory", 2)]
    public async Task Run_AgentCannotBeExecuted_RecordsSpawnFailedWithTheError(string command, string cwd, int errno)
    {
        await using var attempt = new Attempt(shim).With(spec => spec with { Argv = [command], Cwd = cwd });

        var exit = await attempt.RunAsync();

        Assert.Equal((EndCause.SpawnFailed, errno, null, null, null), (exit.Cause, exit.Errno, exit.Code, exit.Signal, exit.StartedUs));
        Assert.Contains(cwd == "/" ? command : cwd, exit.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task End_BeforeTheAgentExecutes_RecordsTheCauseAndNoRun()
    {
        await using var attempt = new Attempt(shim).Script("echo never").With(spec => spec with { NeedsSecret = true }).Start();
        var owner = await attempt.OwnAsync(5);

        await owner.EndAsync(EndCause.Cancel);
        var exit = await attempt.EndAsync();

        Assert.Equal((EndCause.Cancel, null, null, 0), (exit.Cause, exit.Code, exit.StartedUs, exit.Events));
    }
}
