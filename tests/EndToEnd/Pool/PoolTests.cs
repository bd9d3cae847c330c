using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Awoc.TestKit;

namespace Awoc.EndToEnd.Pool;

/// <summary>Real Claude Code taken warm from the pool.</summary>
public sealed partial class PoolTests
{
    [Fact]
    public async Task Run_OfAKindThatIsWarm_TakesItAndAsksTheModelTheVerySame()
    {
        await using var warm = await WarmSandbox.StartAsync();
        var cold = await warm.LaunchAsync();
        await warm.Awoc.EndOfAsync(cold);
        await warm.SparesAsync();
        var asked = warm.Server.Log.MessageRequests.Count;

        // Another terminal is no other kind.
        warm.Awoc.Environment["TMUX_PANE"] = "%7";
        var taken = await warm.LaunchAsync();
        var status = await warm.Awoc.EndOfAsync(taken);

        Assert.False(warm.WasWarm(cold));
        Assert.True(warm.WasWarm(taken), warm.Awoc.Diagnose(taken));
        var requests = warm.Server.Log.MessageRequests;
        Assert.Equal(asked, requests.Count - asked);
        for (var n = 0; n < asked; n++)
        {
            var (first, second) = (requests[n], requests[asked + n]);
            Assert.Equal(Plain(first.Body!, cold), Plain(second.Body!, taken));
            Assert.Equal(first.Headers.Keys.Order(), second.Headers.Keys.Order());
        }

        // Its tools know whose they are.
        Assert.Contains($"task={taken} pane=%7 own=", requests[^1].Body, StringComparison.Ordinal);
        Assert.Single(status["attempts"]!.AsArray());

        // The next is another process, and this one's is gone.
        await warm.SparesAsync();
        Assert.Empty(Processes.WithCommandLine($"tasks/{taken}"));
        var pool = await warm.PoolAsync();
        Assert.Equal((1, 1, 0.5), ((int)pool["hits"]!, (int)pool["misses"]!, (double)pool["hitRate"]!));
        var metrics = JsonNode.Parse((await warm.Awoc.AwocAsync("metrics", "--json")).Out)!;
        Assert.Equal((1, 2, 0.5), ((int)metrics["warmStarts"]!, (int)metrics["warmableStarts"]!, (double)metrics["poolHitRate"]!));
    }

    [Fact]
    public async Task Run_AfterAnythingChangedThatTheStartDependsOn_StartsCold()
    {
        await using var warm = await WarmSandbox.StartAsync();
        await warm.RunAsync();
        await MissAsync("a commit", () => warm.GitAsync("echo more >> README.md && git -c user.name=n -c user.email=e commit -qam second"));
        await MissAsync("a file that git sees", () => File.WriteAllTextAsync(Path.Combine(warm.Awoc.Work, "new.txt"), "new\n"));
        await MissAsync("a variable", () => Task.FromResult(warm.Awoc.Environment["LANGUAGE"] = "de"));
        await MissAsync("a setting", () => warm.Awoc.AwocAsync("config", "set", "agents.claude.effort", "high"));
        await MissAsync("a key", () => Task.FromResult(warm.Awoc.Environment["ANTHROPIC_API_KEY"] = "another-key"));
        await MissAsync("a model", () => Task.CompletedTask, "--model", "haiku");
        await MissAsync("a budget that its start is told of", () => Task.CompletedTask, "--model", "haiku", "--tokens", "6000");

        async Task MissAsync(string what, Func<Task> change, params string[] flags)
        {
            await warm.SparesAsync();
            await change();
            Assert.False(await warm.RunAsync(flags), $"after {what} a stale agent was taken");
        }
    }

    [Fact]
    public async Task Run_WithTheUsersSettings_IsWarmUntilAMemoryFileChangesAndColdWithHooks()
    {
        await using var warm = await WarmSandbox.StartAsync();
        await warm.Awoc.AwocAsync("config", "set", "agents.claude.user_settings", "true");
        var memory = Path.Combine(warm.Awoc.Work, "CLAUDE.md");
        await warm.GitAsync("echo '/CLAUDE.md' >> .git/info/exclude; echo '/docs' >> .git/info/exclude; mkdir docs");
        await File.WriteAllTextAsync(memory, "Old memory. See @docs/more.md\n");
        await warm.RunAsync();
        await warm.SparesAsync();
        Assert.True(await warm.RunAsync());
        await warm.SparesAsync();
        await File.WriteAllTextAsync(memory, "New memory. See @docs/more.md\n");
        Assert.False(await warm.RunAsync());
        Assert.Contains("New memory", warm.Server.Log.MessageRequests[^1].Body, StringComparison.Ordinal);
        await warm.SparesAsync();
        await File.WriteAllTextAsync(Path.Combine(warm.Awoc.Work, "docs", "more.md"), "More.\n");
        Assert.False(await warm.RunAsync());
        await warm.SparesAsync();

        var settings = Directory.CreateDirectory(Path.Combine(warm.Awoc.Root, ".claude"));
        await File.WriteAllTextAsync(Path.Combine(settings.FullName, "settings.json"), """{"hooks":{"SessionStart":[{"hooks":[{"type":"command","command":"echo x >> $HOME/hooked"}]}]}}""");
        Assert.False(await warm.RunAsync());
        await warm.SparesAsync(0);
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(warm.Awoc.Root, "hooked")));
    }

    [Fact]
    public async Task Run_AnotherCallersSecret_NeverComesFromTheirAgent()
    {
        await using var warm = await WarmSandbox.StartAsync(size: 2);
        warm.Awoc.Environment["OWN_TOKEN"] = "first-canary";
        await warm.RunAsync();
        await warm.SparesAsync();
        warm.Awoc.Environment["OWN_TOKEN"] = "second-canary";
        Assert.False(await warm.RunAsync());
        Assert.Contains("own=second-canary", warm.Server.Log.MessageRequests[^1].Body, StringComparison.Ordinal);
        await warm.SparesAsync(2);
        warm.Awoc.Environment["OWN_TOKEN"] = "first-canary";
        Assert.True(await warm.RunAsync());
        Assert.Contains("own=first-canary", warm.Server.Log.MessageRequests[^1].Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(warm.Awoc.Home, "background"), "*", SearchOption.AllDirectories), file => Path.GetExtension(file) is not (".jsonl" or ".log") && File.ReadAllText(file).Contains("-canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_WarmAfterALongWait_TimeAndTokensCountFromItsBeginning()
    {
        await using var warm = await WarmSandbox.StartAsync(scenario: "sleep");
        var first = await warm.LaunchAsync("--timeout", "5");
        await warm.SparesAsync();
        Assert.Equal("timed_out", (string?)(await warm.Awoc.EndOfAsync(first))["outcome"]);
        var (spare, born) = ((await warm.SparesAsync())[0], DateTimeOffset.UtcNow);

        // Older than its whole time will be.
        await Eventually.TrueAsync(() => DateTimeOffset.UtcNow - born > TimeSpan.FromSeconds(6), WarmSandbox.Soon, "an old spare");
        Assert.Equal(spare, Assert.Single(await warm.SparesAsync()));
        var id = await warm.LaunchAsync("--timeout", "5");
        var status = await warm.Awoc.EndOfAsync(id);

        Assert.True(warm.WasWarm(id));
        Assert.Equal("timed_out", (string?)status["outcome"]);
        var exit = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(warm.Awoc.TaskFolder(id), "attempts", "1", "exit.json")))!;
        // The last part of the time is for a report.
        Assert.InRange((long)exit["runMs"]!, 2500, 5900);
        Assert.Empty(Processes.WithEnvironment(spare));
    }

    [Fact]
    public async Task Run_WarmWithASmallTokenBudget_NeverGeneratesMore()
    {
        await using var warm = await WarmSandbox.StartAsync(scenario: "turns");
        await warm.Awoc.EndOfAsync(await warm.LaunchAsync("--tokens", "1000"));
        await warm.SparesAsync();
        var id = await warm.LaunchAsync("--tokens", "1000");
        var status = await warm.Awoc.EndOfAsync(id);
        Assert.True(warm.WasWarm(id));
        Assert.Equal(("budget_exhausted", "tokens"), ((string?)status["outcome"], (string?)status["reason"]));
        Assert.InRange((long)status["usage"]!["output"]!, 500, 1000);
    }

    [Fact]
    public async Task Size_Changed_IsObeyedAtOnceAndWithoutLaunchesNothingRuns()
    {
        await using var warm = await WarmSandbox.StartAsync(size: 3);
        await warm.Awoc.AwocAsync("daemon", "start");
        Assert.Empty((await warm.PoolAsync())["spares"]!.AsArray());
        for (var n = 1; n <= 3; n++)
        {
            await warm.RunAsync();
            await warm.SparesAsync(n);
        }

        var all = await warm.SparesAsync(3);
        var shims = all.Select(warm.ShimOf).ToList();
        var set = await warm.Awoc.AwocAsync("pool", "size", "1");
        Assert.Equal((0, "pool.size = 1"), (set.Code, set.Out[..13]));
        await warm.SparesAsync(1);
        Assert.Equal(0, (await warm.Awoc.AwocAsync("pool", "size", "0")).Code);
        await warm.SparesAsync(0);
        await Eventually.TrueAsync(() => !shims.Any(Processes.IsAlive), WarmSandbox.Soon, "the end of every spare");
        await warm.EmptyAsync();
        Assert.False(await warm.RunAsync());
        await warm.SparesAsync(0);
        Assert.Equal(2, (await warm.Awoc.AwocAsync("pool", "size", "33")).Code);
    }

    /// <summary>What differs by itself from one run to the next: ids, and the directory that is named by one.</summary>
    private static string Plain(string body, string task) =>
        Random().Replace(body.Replace(task, "(task)", StringComparison.Ordinal), "(id)").Replace("pane=%7", "pane=", StringComparison.Ordinal);

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?:toolu|msg)_[A-Za-z0-9]+")]
    private static partial Regex Random();
}
