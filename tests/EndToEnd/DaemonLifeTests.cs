using System.Diagnostics;
using System.Text.Json.Nodes;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>Daemons that stop, die and come back while agents work.</summary>
public sealed class DaemonLifeTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Stop_WithLiveAttempts_LeavesThemAtWorkAndTheNextStartAdoptsThem()
    {
        await using var awoc = new AwocSandbox();
        await using var other = new AwocSandbox();
        var ends = await awoc.LaunchAsync("--agent", "command", "echo a; while ! test -e go; do sleep 0.05; done; echo b", "ends.txt");
        var runs = await awoc.LaunchAsync("--agent", "command", "echo c; while ! test -e done; do sleep 0.05; done; echo d", "runs.txt");
        await RunningAsync(awoc, ends, runs);
        await RunningAsync(other, await other.LaunchAsync("--agent", "command", "sleep 1000"));
        var stopped = await awoc.AwocAsync("daemon", "stop", "--json");
        Assert.Equal(2, (int?)JsonNode.Parse(stopped.Out)!["leftRunning"]);
        Assert.Contains("2 tasks go on", stopped.Error, StringComparison.Ordinal);
        Assert.Equal(69, (await awoc.AwocAsync("daemon", "status")).Code);

        // One ends while there is no daemon. No shim starts one in the time in which another home's does whose daemon was killed:
        // this one was stopped on purpose.
        var killed = await other.DaemonPidAsync();
        Processes.Kill(killed);
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "go"), "");
        await Eventually.TrueAsync(() => Processes.WithEnvironment($"/{ends}/").Count == 0, s_soon, "the first to end");
        await Eventually.TrueAsync(() => Processes.WithCommandLine($"--home {other.Home}").Any(pid => pid != killed), s_soon, "the other home's daemon");
        Assert.Empty(Processes.WithCommandLine($"--home {awoc.Home}"));
        Assert.Equal(69, (await awoc.AwocAsync("daemon", "status")).Code);

        await awoc.AwocAsync("daemon", "start");
        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(ends))["outcome"]);
        Assert.Equal("running", (string?)(await awoc.StatusAsync(runs))["state"]);
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "done"), "");
        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(runs))["outcome"]);
        Assert.Equal("a\nb\n", await File.ReadAllTextAsync(Path.Combine(awoc.Work, "ends.txt")));
        Assert.Equal("c\nd\n", await File.ReadAllTextAsync(Path.Combine(awoc.Work, "runs.txt")));
    }

    [Fact]
    public async Task Stop_WithCancel_EndsWhatRuns()
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "sleep 1000");
        await RunningAsync(awoc, id);
        var stopped = await awoc.AwocAsync("daemon", "stop", "--cancel", "--json");
        Assert.Equal(1, (int?)JsonNode.Parse(stopped.Out)!["canceled"]);
        Assert.Empty(Processes.WithEnvironment($"/{id}/"));
        Assert.Equal("canceled", (string?)(await awoc.StatusAsync(id))["outcome"]);
    }

    [Fact]
    public async Task Stop_WhileALogIsFollowed_DoesNotWaitForTheFollower()
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "echo begun; sleep 1000");
        await RunningAsync(awoc, id);
        using var api = awoc.Api();
        await using var follow = await api.GetStreamAsync($"api/v1/tasks/{id}/logs?follow=true");
        await using var events = await api.GetStreamAsync("api/v1/events");
        var begin = Stopwatch.GetTimestamp();
        var stopped = await awoc.AwocAsync("daemon", "stop");
        Assert.Equal(0, stopped.Code);
        Assert.InRange(Stopwatch.GetElapsedTime(begin).TotalSeconds, 0, 8);
        await awoc.AwocAsync("cancel", id);
    }

    [Fact]
    public async Task Kill_WhileAnAgentRuns_ItsShimStartsTheNextDaemon()
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "while ! test -e go; do sleep 0.05; done; echo fine", "fine.txt");
        await RunningAsync(awoc, id);
        var killed = await awoc.DaemonPidAsync();
        Processes.Kill(killed);
        await Eventually.TrueAsync(() => Processes.WithCommandLine($"--home {awoc.Home}").Any(pid => pid != killed), s_soon, "a daemon that nobody but the shim started");
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "go"), "");
        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(id))["outcome"]);
        Assert.Single(Processes.WithCommandLine($"--home {awoc.Home}"));
    }

    [Fact]
    public async Task Kill_RightAfterALaunch_TheTaskRunsOnce()
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("daemon", "start");
        var ids = new List<string>();
        for (var round = 0; round < 5; round++)
        {
            var started = await awoc.AwocAsync("daemon", "start");
            Assert.True(started.Code == 0, started.Error);
            var pid = await awoc.DaemonPidAsync();
            ids.Add(await awoc.LaunchAsync("--agent", "command", $"echo ran >> ran{round}.txt"));
            Processes.Kill(pid);
        }

        foreach (var id in ids) Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(id))["outcome"]);
        for (var round = 0; round < 5; round++) Assert.Equal("ran\n", await File.ReadAllTextAsync(Path.Combine(awoc.Work, $"ran{round}.txt")));
    }

    [Fact]
    public async Task Cancel_RightAfterTheLaunch_IsNeverLost()
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("daemon", "start");
        using var api = awoc.Api();
        var random = new Random(5);
        for (var round = 0; round < 30; round++)
        {
            using var launched = await api.PostAsync("api/v1/tasks", Json($$$"""{"task":"sleep 1000","agent":"command","cwd":"{{{awoc.Work}}}","environment":{"PATH":"/usr/bin:/bin"},"secrets":{}}"""));
            var reply = await launched.Content.ReadAsStringAsync();
            Assert.True(launched.IsSuccessStatusCode, reply);
            var id = (string)JsonNode.Parse(reply)!["task"]!["id"]!;
            for (var spin = random.Next(0, 6); spin > 0; spin--) await api.GetAsync("api/v1/health");
            using var canceled = await api.PostAsync($"api/v1/tasks/{id}/cancel", null);
            Assert.True(canceled.IsSuccessStatusCode);
        }

        await Eventually.TrueAsync(async () => (await awoc.AwocAsync("status", "running", "queued", "--json")).Out.Trim() == "[]", s_soon, "all canceled tasks to end");
        Assert.Equal("canceled", (string?)(await awoc.StatusAsync("@last"))["outcome"]);
    }

    [Fact]
    public async Task ShimKilled_EndsLostAndLeavesNoProcess()
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "echo half; (setsid sleep 1000 &); sleep 1000");
        await Eventually.TrueAsync(() => Processes.WithEnvironment($"/{id}/").Count >= 2, s_soon, "the tree");
        var shim = (int)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "attempts", "1", "claim")))!["pid"]!;
        Processes.Kill(shim);
        var status = await awoc.EndOfAsync(id);
        Assert.Equal(("lost", "shim_lost", "partial"), ((string?)status["outcome"], (string?)status["reason"], (string?)status["result"]));
        Assert.Empty(Processes.WithEnvironment($"/{id}/"));
        Assert.Equal(5, (await awoc.AwocAsync("wait", id)).Code);
    }

    private static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");

    private static Task RunningAsync(AwocSandbox awoc, params string[] ids) => Eventually.TrueAsync(
        () => ids.All(id => Processes.WithEnvironment($"/{id}/").Count > 0), s_soon, "the agents to run");
}
