using System.Text.Json.Nodes;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>Queues, priorities and limits at the command line, with real commands.</summary>
public sealed class QueueTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Pause_QueueWithTasks_StartsNothingOfItUntilItIsResumed()
    {
        await using var awoc = new AwocSandbox();
        var first = await awoc.LaunchAsync("--agent", "command", "sleep 1000", "--queue", "night");
        await UntilAsync(awoc, first, "running");
        Assert.Contains("queue night: no limit of its own, paused, 1 running, 0 waiting", (await awoc.AwocAsync("queue", "pause", "night")).Error, StringComparison.Ordinal);

        var second = await awoc.LaunchAsync("--agent", "command", "true", "--queue", "night", "--timeout", "1");
        var other = await awoc.LaunchAsync("--agent", "command", "sleep 1.2");
        await awoc.EndOfAsync(other);

        var waiting = await awoc.StatusAsync(second);
        Assert.Equal(("queued", "queue night is paused: awoc queue resume night"), ((string?)waiting["state"], (string?)waiting["waitsFor"]));
        Assert.Equal("running", (string?)(await awoc.StatusAsync(first))["state"]);
        Assert.Contains("queue night is paused and 1 task waits in it", (await awoc.AwocAsync("status")).Error, StringComparison.Ordinal);

        // A deadline does not run out while a task waits: it was longer in its queue than it may run.
        Assert.Equal(0, (await awoc.AwocAsync("queue", "resume", "night")).Code);
        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(second))["outcome"]);
        Assert.DoesNotContain("paused", await File.ReadAllTextAsync(Path.Combine(awoc.Home, "config.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_Limit_HoldsAtOnceAndOffTakesItAway()
    {
        await using var awoc = new AwocSandbox();
        Assert.Equal(0, (await awoc.AwocAsync("queue", "set", "heavy", "--limit", "1")).Code);
        var first = await awoc.LaunchAsync("--agent", "command", "sleep 1000", "--queue", "heavy");
        var second = await awoc.LaunchAsync("--agent", "command", "sleep 1000", "--queue", "heavy");
        var third = await awoc.LaunchAsync("--agent", "command", "sleep 1000", "--queue", "heavy");
        await UntilAsync(awoc, first, "running");
        Assert.Equal("queue heavy is full: 1 of 1; behind 1 other", (string?)(await awoc.StatusAsync(third))["waitsFor"]);

        var list = JsonNode.Parse((await awoc.AwocAsync("queue", "list", "--json")).Out)!;
        var heavy = list["queues"]!.AsArray().Single(q => (string?)q!["name"] == "heavy")!;
        Assert.Equal((1, 1, 2, false), ((int)heavy["limit"]!, (int)heavy["running"]!, (int)heavy["waiting"]!, (bool)heavy["paused"]!));
        Assert.Matches(@"(?m)^heavy +1 +1 +2 +open$", (await awoc.AwocAsync("queue", "list")).Out);

        await awoc.AwocAsync("queue", "set", "heavy", "--limit", "2");
        await UntilAsync(awoc, second, "running");
        await awoc.AwocAsync("queue", "set", "heavy", "--limit", "off");
        await UntilAsync(awoc, third, "running");
    }

    [Fact]
    public async Task Run_HigherPriority_StartsFirst()
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("config", "set", "concurrency", "1");
        await awoc.AwocAsync("queue", "pause", "default");
        List<string> ids = [];
        foreach (var priority in (string[])["-1", "0", "7"]) ids.Add(await awoc.LaunchAsync("--agent", "command", $"echo {priority} >> order", "--priority", priority));
        Assert.Equal(7, (int)(await awoc.StatusAsync(ids[2]))["priority"]!);
        await awoc.AwocAsync("queue", "resume", "default");
        foreach (var id in ids) await awoc.EndOfAsync(id);

        Assert.Equal(["7", "0", "-1"], await File.ReadAllLinesAsync(Path.Combine(awoc.Work, "order")));
    }

    [Fact]
    public async Task Run_LimitOfItsAgent_HoldsInEveryQueue()
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("config", "set", "limits.agents.command", "1");
        var first = await awoc.LaunchAsync("--agent", "command", "sleep 1000", "--queue", "a");
        await UntilAsync(awoc, first, "running");
        var second = await awoc.LaunchAsync("--agent", "command", "true", "--queue", "b");
        Assert.Equal("agent command is full: 1 of 1", (string?)(await awoc.StatusAsync(second))["waitsFor"]);
        await awoc.AwocAsync("cancel", first);
        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(second))["outcome"]);
    }

    [Fact]
    public async Task Pause_KilledDaemon_StaysPaused()
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("queue", "pause", "default");
        var id = await awoc.LaunchAsync("--agent", "command", "true", "--priority", "3");
        using (var daemon = System.Diagnostics.Process.GetProcessById(await awoc.DaemonPidAsync()))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync();
        }

        Assert.Equal(0, (await awoc.AwocAsync("daemon", "start")).Code);
        Assert.Equal("queue default is paused: awoc queue resume default", (string?)(await awoc.StatusAsync(id))["waitsFor"]);
        await awoc.AwocAsync("queue", "resume", "default");
        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(id))["outcome"]);
    }

    [Theory]
    [InlineData("run true --agent command --priority 101", "--priority")]
    [InlineData("run true --agent command --priority much", "--priority")]
    [InlineData("run true --agent command --queue 1st", "--queue")]
    [InlineData("run true --agent command --queue ../x", "--queue")]
    [InlineData("queue set heavy --limit 0", "--limit")]
    [InlineData("queue set heavy --limit none", "--limit")]
    [InlineData("queue set heavy", "--limit")]
    [InlineData("queue pause .x", "NAME")]
    [InlineData("config set queues.heavy.limit 0", "queues.heavy.limit")]
    [InlineData("config set limits.agents.claude many", "limits.agents.claude")]
    public async Task BadValue_IsRefusedAndNamed(string line, string named)
    {
        await using var awoc = new AwocSandbox();
        var ran = await awoc.AwocAsync(line.Split(' '));
        Assert.Equal(2, ran.Code);
        Assert.Contains(named, ran.Error, StringComparison.Ordinal);
        Assert.Equal("", ran.Out);
    }

    [Fact]
    public async Task Run_NameNearAConfiguredQueue_SaysSoAndLaunches()
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("queue", "set", "heavy", "--limit", "1");
        var ran = await awoc.AwocAsync("run", "true", "--agent", "command", "--queue", "hevay");
        Assert.Equal(0, ran.Code);
        Assert.Contains("did you mean 'heavy'?", ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("did you mean", (await awoc.AwocAsync("run", "true", "--agent", "command", "--queue", "night")).Error, StringComparison.Ordinal);
    }

    private static Task UntilAsync(AwocSandbox awoc, string id, string state) => Eventually.TrueAsync(
        async () => (string?)(await awoc.StatusAsync(id))["state"] == state, s_limit, $"task {id} to be {state}");
}
