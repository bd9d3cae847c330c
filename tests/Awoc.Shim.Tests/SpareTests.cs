using Awoc.Engine.Shims;
using Awoc.TestKit;

namespace Awoc.Shim.Tests;

/// <summary>A warm agent without a task: its time stands still, it is its owner's, and it becomes an attempt by a word.</summary>
public sealed class SpareTests(PublishedShim shim)
{
    private const string Echo = "echo ready; cat";

    [Fact]
    public async Task Begin_AfterAWait_CountsFromThereAndFeedsTheFile()
    {
        await using var attempt = Spare(Echo).Start();
        var owner = await attempt.OwnAsync(5);
        await Until.TrueAsync(() => attempt.Events() == "ready\nwarm\n", "the warm lines");
        var waiting = await attempt.LookAsync();
        Assert.Equal((ShimState.Spare, 0), (waiting.State, waiting.ElapsedMs));

        // Older than the deadline will be.
        var born = DateTimeOffset.UtcNow;
        await Until.TrueAsync(() => DateTimeOffset.UtcNow - born > TimeSpan.FromMilliseconds(900), "a wait");
        await File.WriteAllTextAsync(attempt.File("stdin"), "prompt\n");
        await owner.BeginAsync(TimeSpan.FromMilliseconds(800), "stdin");
        Assert.Null((await Until.MessageAsync<ShimMessage.Exec>(owner)).Error);
        await owner.SendLineAsync(1, "more");
        await Until.TrueAsync(() => attempt.Events() == "ready\nwarm\nprompt\nmore\n", "the prompt and a line");
        Assert.Equal(ShimState.Running, (await attempt.LookAsync()).State);
        var exit = await attempt.EndAsync();

        Assert.Equal(EndCause.Deadline, exit.Cause);
        Assert.InRange(exit.RunMs, 800, 5000);
        Assert.True(DateTimeOffset.FromUnixTimeMilliseconds(exit.StartedUs!.Value / 1000) > born);
        Assert.Equal("more", Assert.Single(SaidLine.Read(attempt.Directory), line => line.N is not null).Line);
    }

    [Fact]
    public async Task Begin_Twice_ChangesNothing()
    {
        await using var attempt = Spare(Echo).Start();
        var owner = await attempt.OwnAsync(5);
        await File.WriteAllTextAsync(attempt.File("stdin"), "prompt\n");
        await owner.BeginAsync(null, "stdin");
        await owner.BeginAsync(TimeSpan.FromMilliseconds(1), "stdin");
        await owner.SendLineAsync(1, "last");
        await Until.TrueAsync(() => attempt.Events().EndsWith("last\n", StringComparison.Ordinal), "the last line");
        Assert.Equal("ready\nwarm\nprompt\nlast\n", attempt.Events());
        Assert.Null((await attempt.LookAsync()).DeadlineMs);
    }

    [Fact]
    public async Task Begin_InADirectoryOfAnotherName_GoesOnThere()
    {
        await using var attempt = Spare(Echo).Start();
        var owner = await attempt.OwnAsync(5);
        await Until.TrueAsync(() => attempt.Events() == "ready\nwarm\n", "the warm lines");
        var elsewhere = attempt.Directory + "-claimed";
        Directory.Move(attempt.Directory, elsewhere);
        try
        {
            await File.WriteAllTextAsync(Path.Combine(elsewhere, "stdin"), "prompt\n");
            await owner.BeginAsync(null, "stdin");
            await Until.TrueAsync(() => File.ReadAllText(Path.Combine(elsewhere, ShimFiles.Events)).EndsWith("prompt\n", StringComparison.Ordinal), "the prompt");
            await owner.EofAsync();
            await Until.TrueAsync(() => File.Exists(Path.Combine(elsewhere, ShimFiles.Exit)), "the end");
            Assert.True(ShimExit.Read(elsewhere)!.Clean);
        }
        finally
        {
            Directory.Move(elsewhere, attempt.Directory);
        }
    }

    [Fact]
    public async Task Wait_OwnerGone_EndsInSecondsAsASpare()
    {
        await using var attempt = Spare(Echo).With(spec => spec with
        {
            Daemon = new ShimDaemon(["/bin/sh", "-c", "touch \"$0\"", "/nowhere"], "/nowhere", "/nowhere"),
        }).Start();
        var owner = await attempt.OwnAsync(5);
        await Until.TrueAsync(() => attempt.Events() == "ready\nwarm\n", "the warm lines");
        await owner.DisposeAsync();
        var exit = await attempt.EndAsync();

        Assert.Equal((EndCause.Spare, (long?)null, 0), (exit.Cause, exit.StartedUs, exit.RunMs));
        Assert.IsType<AttemptStanding.NeverBegun>(await AttemptProbe.ExamineAsync(attempt.Directory, TimeSpan.Zero, TimeProvider.System));
        Assert.False(File.Exists(attempt.File(ShimFiles.ShimLog)), "it starts no daemon");
        await Until.TrueAsync(() => !Processes.IsAlive(attempt.ShimPid), "the shim's end");
    }

    [Fact]
    public async Task Begun_OwnerGone_GoesOn()
    {
        await using var attempt = Spare(Echo).Start();
        var owner = await attempt.OwnAsync(5);
        await File.WriteAllTextAsync(attempt.File("stdin"), "prompt\n");
        await owner.BeginAsync(null, "stdin");
        await Until.TrueAsync(() => attempt.Events().EndsWith("prompt\n", StringComparison.Ordinal), "the prompt");
        await owner.DisposeAsync();
        var left = DateTimeOffset.UtcNow;
        await Until.TrueAsync(() => DateTimeOffset.UtcNow - left > TimeSpan.FromSeconds(4), "longer than a spare lives alone");
        Assert.Equal(ShimState.Running, (await attempt.LookAsync()).State);
    }

    [Theory]
    [InlineData(EndCause.Spare, EndCause.Spare)]
    [InlineData(EndCause.Cancel, EndCause.Cancel)]
    public async Task End_BeforeTheBeginning_IsRecordedAsAsked(string asked, string recorded)
    {
        await using var attempt = Spare(Echo).Start();
        var owner = await attempt.OwnAsync(5);
        await owner.EndAsync(asked);
        await owner.BeginAsync(null, "nothing");
        Assert.Equal((recorded, (long?)null), ((await attempt.EndAsync()) is var exit ? (exit.Cause, exit.StartedUs) : default));
    }

    [Theory]
    [InlineData("echo ready", 0)]
    [InlineData("echo ready; exit 3", 3)]
    public async Task Agent_EndsByItselfBeforeTheBeginning_IsNoAttempt(string script, int code)
    {
        await using var attempt = Spare(script).Start();
        var exit = await attempt.EndAsync();
        Assert.Equal((EndCause.Spare, code, (long?)null), (exit.Cause, exit.Code, exit.StartedUs));
    }

    [Fact]
    public async Task Begin_WithoutItsFile_EndsAsASpareAndSaysWhy()
    {
        await using var attempt = Spare(Echo).Start();
        var owner = await attempt.OwnAsync(5);
        await owner.BeginAsync(null, "nowhere");
        Assert.Equal(EndCause.Spare, (await attempt.EndAsync()).Cause);
        Assert.Contains("cannot open the file", await File.ReadAllTextAsync(attempt.File(ShimFiles.ShimLog)), StringComparison.Ordinal);
    }

    private Attempt Spare(string script)
    {
        var attempt = new Attempt(shim).Script(script);
        File.WriteAllText(attempt.File("warm-up"), "warm\n");
        return attempt.With(spec => spec with { Spare = true, KeepStdin = true, StdinFile = attempt.File("warm-up") });
    }
}
