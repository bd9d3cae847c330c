using System.Diagnostics;
using System.Text;
using Awoc.Engine.Shims;

namespace Awoc.Shim.Tests;

public sealed class OwnerTests(PublishedShim shim)
{
    [Fact]
    public async Task SendLine_FileThenLinesThenEof_ReachTheAgentInOrderAndOnce()
    {
        await using var attempt = new Attempt(shim);
        var first = string.Concat(Enumerable.Range(0, 30_000).Select(i => $"from the file {i}\n"));
        await File.WriteAllTextAsync(attempt.File("first"), first);
        attempt.With(spec => spec with { Argv = ["cat"], StdinFile = attempt.File("first"), KeepStdin = true }).Start();
        var owner = await attempt.OwnAsync(5);

        await owner.SendLineAsync(1, "one \"quoted\" \u00e9\u4e2d");
        await owner.SendLineAsync(2, "two");
        await owner.SendLineAsync(1, "one again");
        Assert.Equal(new ShimMessage.Ack(1, false), await Until.MessageAsync<ShimMessage.Ack>(owner));
        await owner.DisposeAsync();
        var next = await attempt.ConnectAsync();
        Assert.Equal(2, (await next.HelloAsync())!.InSeq);
        await next.OwnAsync(6);
        await next.SendLineAsync(2, "two again");
        await next.SendLineAsync(3, "three");
        await next.EofAsync();
        var exit = (await Until.MessageAsync<ShimMessage.Exit>(next)).Record;

        Assert.Equal((0, 6), (exit.Code, exit.Fence));
        Assert.Equal(first + "one \"quoted\" \u00e9\u4e2d\ntwo\nthree\n", attempt.Events());
        Assert.Equal(3, File.ReadAllLines(attempt.File(ShimFiles.In)).Length);
    }

    [Fact]
    public async Task SendLine_AgentReadsNothing_ShimStaysResponsive()
    {
        await using var attempt = new Attempt(shim).Script("exec sleep 1000").With(spec => spec with { KeepStdin = true }).Start();
        var owner = await attempt.OwnAsync(5);

        await owner.SendLineAsync(1, new string('x', 1_000_000));
        Assert.Equal(1, (await Until.MessageAsync<ShimMessage.Ack>(owner)).N);
        await owner.EndAsync(EndCause.Stall);

        Assert.Equal(EndCause.Stall, (await attempt.EndAsync()).Cause);
    }

    [Fact]
    public async Task SendLine_StdinIsClosed_IsAcknowledgedAsLeftOut()
    {
        await using var attempt = new Attempt(shim).Script("exec sleep 1000").Start();
        var owner = await attempt.OwnAsync(5);

        await owner.SendLineAsync(1, "nobody listens");

        Assert.True((await Until.MessageAsync<ShimMessage.Ack>(owner)).Closed);
    }

    [Fact]
    public async Task SendSecret_AgentWaitsForIt_OnlyTheAgentHasIt()
    {
        await using var attempt = new Attempt(shim).Script("echo $KEY $AWOC_ATTEMPT; sleep 1000").With(spec => spec with { NeedsSecret = true }).Start();
        var owner = await attempt.ConnectAsync();
        var hello = (await owner.HelloAsync())!;
        Assert.Equal(ShimState.WaitingSecret, hello.State);
        var info = ShimInfo.Read(attempt.Directory)!;
        Assert.Equal(hello.Pid, info.AgentPid);
        Assert.Equal(attempt.ShimPid, info.Pid);
        Assert.EndsWith("awoc-shim", new FileInfo($"/proc/{hello.Pid}/exe").LinkTarget, StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(attempt.File(ShimFiles.Events)).Length);

        await owner.OwnAsync(5);
        await owner.SendSecretAsync(new Dictionary<string, string> { ["KEY"] = "hush-4711" }, new Dictionary<string, string> { ["real"] = "held-0815" });
        Assert.Null((await Until.MessageAsync<ShimMessage.Exec>(owner)).Error);
        await Until.MessageAsync<ShimMessage.Grew>(owner, grew => grew.Events > 0);

        Assert.Equal($"hush-4711 teststore/{attempt.Spec.Task}/1\n", attempt.Events());
        Assert.Contains("hush-4711", File.ReadAllText($"/proc/{hello.Pid}/environ"), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", File.ReadAllText($"/proc/{attempt.ShimPid}/environ"), StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(attempt.Directory).Where(file => !file.EndsWith("events.jsonl", StringComparison.Ordinal) && file != attempt.Spec.Socket))
            Assert.DoesNotContain("hush", File.ReadAllText(file), StringComparison.Ordinal);

        var next = await attempt.OwnAsync(6);
        Assert.Equal("held-0815", (await Until.MessageAsync<ShimMessage.Held>(next)).Values["real"]);
    }

    [Fact]
    public async Task Own_FencesCompared_LowerIsRefusedAndTheOneBeforeIsCut()
    {
        await using var attempt = new Attempt(shim).Script("exec sleep 1000").Start();
        var first = await attempt.OwnAsync(5);
        var second = await attempt.OwnAsync(7);

        Assert.DoesNotContain(await ReadToEndAsync(first), message => message is ShimMessage.Exit);
        var third = await attempt.ConnectAsync();
        Assert.Equal(7, (await third.HelloAsync())!.Fence);
        Assert.Equal(new OwnOutcome.Refused(7), await third.OwnAsync(6));

        // Nothing that a refused one says is done; what the owner says is.
        await third.EndAsync(EndCause.Fence);
        await second.EndAsync(EndCause.Cancel);
        Assert.Equal((EndCause.Cancel, 7), ((await attempt.EndAsync()).Cause, (await attempt.EndAsync()).Fence));
    }

    [Fact]
    public async Task Launch_AttemptIsClaimed_SecondShimTouchesNothing()
    {
        await using var attempt = new Attempt(shim).Script("echo up; exec sleep 1000").Start();
        await Until.TrueAsync(() => File.Exists(attempt.File(ShimFiles.Events)) && attempt.Events() == "up\n", "the agent");
        await attempt.LookAsync();
        var before = Snapshot(attempt);

        using var second = Process.Start(new ProcessStartInfo(shim.Path, ["run", attempt.Directory]))!;
        await second.WaitForExitAsync().WaitAsync(Attempt.Patience);

        Assert.Equal(73, second.ExitCode);
        Assert.Equal(before, Snapshot(attempt));
        Assert.Equal(ShimState.Running, (await attempt.LookAsync()).State);
    }

    [Fact]
    public async Task Launch_TwentyShimsAtOnce_OneRunsTheAgent()
    {
        await using var attempt = new Attempt(shim).Script("echo once; exec sleep 1000");
        attempt.Spec.Write(attempt.Directory);
        var shims = Enumerable.Range(0, 20).Select(_ => Process.Start(new ProcessStartInfo(shim.Path, ["run", attempt.Directory]))!).ToList();

        await Until.TrueAsync(() => shims.Count(one => one.HasExited) == 19, "nineteen refusals");

        Assert.All(shims.Where(one => one.HasExited), one => Assert.Equal(73, one.ExitCode));
        Assert.Equal(ShimClaim.Read(attempt.Directory)!.Pid, shims.Single(one => !one.HasExited).Id);
        await Until.TrueAsync(() => File.Exists(attempt.File(ShimFiles.Events)) && attempt.Events().Length > 0, "the agent");
        Assert.Equal("once\n", attempt.Events());
        Attempt.Signal(shims.Single(one => !one.HasExited).Id, 15);
        await attempt.EndAsync();
        shims.ForEach(one => one.Dispose());
    }

    [Fact]
    public async Task Connect_SocketPathIsLongerThanAnAddress_Works()
    {
        await using var attempt = new Attempt(shim).Script("exec sleep 1000");
        var deep = Path.Combine(attempt.Directory, new string('d', 100), new string('e', 100));
        Directory.CreateDirectory(deep);
        attempt.With(spec => spec with { Socket = Path.Combine(deep, "handle.1") }).Start();

        var owner = await attempt.OwnAsync(5);
        await owner.EndAsync(EndCause.Cancel);

        Assert.Equal(EndCause.Cancel, (await attempt.EndAsync()).Cause);
        await Until.TrueAsync(() => !File.Exists(attempt.Spec.Socket), "the removal of the socket");
    }

    [Fact]
    public async Task Connect_GarbageAndStrangersCommands_DoNoHarm()
    {
        await using var attempt = new Attempt(shim).Script("echo up; exec sleep 1000").Start();
        using (var garbage = await WaitAndConnectAsync(attempt))
        {
            await Until.TrueAsync(() => File.Exists(attempt.File(ShimFiles.Events)) && attempt.Events() == "up\n", "the agent");
            await garbage.SendAsync(Encoding.UTF8.GetBytes("{\"t\":\"end\",\"cause\":\"cancel\"}\nnot json\n"));
            var buffer = new byte[4096];
            while (await garbage.ReceiveAsync(buffer) > 0)
            {
            }
        }

        Assert.Equal(ShimState.Running, (await attempt.LookAsync()).State);
    }

    [Fact]
    public async Task Launch_DescriptorsAreInherited_NeitherShimNorAgentKeepsThem()
    {
        await using var attempt = new Attempt(shim).Script("echo up; exec sleep 1000");
        attempt.Spec.Write(attempt.Directory);
        await File.WriteAllTextAsync(attempt.File("lock"), "");
        using var starter = Process.Start(new ProcessStartInfo("sh", ["-c", "exec 7<lock; exec 9<lock; exec \"$0\" run .", shim.Path]) { WorkingDirectory = attempt.Directory })!;
        await Until.TrueAsync(() => File.Exists(attempt.File(ShimFiles.Events)) && attempt.Events() == "up\n", "the agent");

        var info = ShimInfo.Read(attempt.Directory)!;
        foreach (var pid in new[] { info.Pid, info.AgentPid })
            Assert.DoesNotContain(Directory.GetFiles($"/proc/{pid}/fd"), fd => File.ResolveLinkTarget(fd, false)?.Name == "lock");
        Assert.Equal(3, Directory.GetFiles($"/proc/{info.AgentPid}/fd").Length);
        Attempt.Signal(info.Pid, 15);
        await attempt.EndAsync();
    }

    [Fact]
    public async Task Supervise_AnIdleAgent_StaysUnderItsSizes()
    {
        await using var attempt = new Attempt(shim).Script("head -c 5000000 /dev/zero; exec sleep 1000").Start();
        var owner = await attempt.OwnAsync(5);
        await Until.MessageAsync<ShimMessage.Grew>(owner, grew => grew.Events == 5_000_000);

        var dirty = File.ReadAllLines($"/proc/{attempt.ShimPid}/smaps_rollup").Single(line => line.StartsWith("Private_Dirty", StringComparison.Ordinal));

        TestContext.Current.TestOutputHelper?.WriteLine($"{dirty}, {new FileInfo(shim.Path).Length} bytes on disk");
        Assert.InRange(int.Parse(dirty.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]), 1, 1024);
        Assert.InRange(new FileInfo(shim.Path).Length, 1, 2 << 20);
    }

    private static async Task<System.Net.Sockets.Socket> WaitAndConnectAsync(Attempt attempt)
    {
        await attempt.LookAsync();
        return await UnixSockets.ConnectAsync(attempt.Spec.Socket, CancellationToken.None);
    }

    private static async Task<List<ShimMessage>> ReadToEndAsync(ShimConnection connection)
    {
        using var patience = new CancellationTokenSource(Attempt.Patience);
        List<ShimMessage> messages = [];
        await foreach (var message in connection.ReadAllAsync(patience.Token)) messages.Add(message);
        return messages;
    }

    private static string Snapshot(Attempt attempt) => string.Join(
        '\n', new DirectoryInfo(attempt.Directory).GetFiles().OrderBy(file => file.Name).Select(file => $"{file.Name} {file.Length} {file.LastWriteTimeUtc:O}"));
}
