using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>What tasks share is paid for once: real agents at a server that they take for the real one, which models the provider's cache.</summary>
public sealed class ContextCacheTests
{
    private const string Shared = "context.txt";
    private const int ContextTokens = 50_000;

    [Fact]
    public async Task Group_EightTasksOverFiftyThousandTokens_CostAtMostThreeTenthsOfEightSeparateLaunches()
    {
        await using var server = await ServeAsync("write-target");
        await using var awoc = Sandbox(server);

        var together = await CostOfAsync(awoc, server, i => ("key-of-all", $"{i}"));
        var apart = await CostOfAsync(awoc, server, i => ($"key-{i}", $"{i}"));

        // The context is written once, and every other task's first request reads it.
        Assert.Single(together, r => r.CacheWrite > ContextTokens * 0.9);
        Assert.Equal(8, apart.Count(r => r.CacheWrite > ContextTokens * 0.9));
        var ratio = Weighted(together) / Weighted(apart);
        TestContext.Current.SendDiagnosticMessage(string.Create(
            CultureInfo.InvariantCulture,
            $"eight tasks, {together.Count} requests: {Weighted(together):0} weighted input tokens together, {Weighted(apart):0} apart: {ratio:0.000}"));
        Assert.True(ratio <= 0.30, $"{ratio:0.000}: {Weighted(together)} of {Weighted(apart)}");

        var metrics = JsonNode.Parse((await awoc.AwocAsync("metrics", "--json")).Out)!;
        var all = together.Concat(apart).ToList();
        Assert.Equal(all.Sum(r => (long)r.CacheRead), (long)metrics["inputFromCache"]!);
        Assert.Equal(
            Math.Round(all.Sum(r => (double)r.CacheRead) / all.Sum(r => r.Input + r.CacheRead + r.CacheWrite), 3), Math.Round((double)metrics["cacheReadShare"]!, 3));
        Assert.Contains("input from cache", (await awoc.AwocAsync("metrics")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Group_RealClaudeCode_SiblingsReadWhatTheFirstOneWrote()
    {
        await using var server = await ServeAsync("write-target");
        await using var awoc = Sandbox(server).WithClaude();
        awoc.Environment["ANTHROPIC_API_KEY"] = "one-key";

        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Add(await awoc.LaunchAsync($"custom:number {i}", $"c{i}.md", "--agent", "claude", "--group", "g", "--context", Shared));
        await EndAllAsync(awoc, ids);

        var usages = server.Log.MessageRequests.Select(r => r.Usage!).ToList();
        Assert.Equal(6, usages.Count);
        Assert.Single(usages, u => u.CacheWrite > ContextTokens * 0.9);

        // All but what is a task's own: tools, Claude Code's own instructions, the context.
        Assert.Equal(5, usages.Count(u => u.CacheRead > ContextTokens));
        Assert.All(usages.Where(u => u.CacheRead > 0), u => Assert.True(u.CacheWrite < 3000, $"{u}"));
    }

    [Theory]
    [InlineData("builtin")]
    [InlineData("claude")]
    public async Task Warm_FirstRequestAfterIt_ReadsTheProvidersCache(string agent)
    {
        await using var server = await ServeAsync("write-target");
        await using var awoc = Sandbox(server).WithClaude();
        awoc.Environment["ANTHROPIC_API_KEY"] = "one-key";
        await RepositoryAsync(awoc);

        var warm = await awoc.AwocAsync("cache", "warm", "api-research", "code-analysis", "testing", "documentation", "--agent", agent, "--json");
        Assert.True(warm.Code == 0, warm.Error);
        var reply = JsonNode.Parse(warm.Out)!;
        Assert.Equal(4, reply["contexts"]!.AsArray().Count);
        var only = Assert.Single(server.Log.MessageRequests);
        Assert.Equal(only.Usage!.CacheWrite, (int)reply["provider"]!["usage"]!["cacheWrite"]!);
        Assert.InRange(only.MaxTokens!.Value, 1, 2048);
        Assert.True((decimal)reply["provider"]!["usage"]!["costUsd"]! > 0);

        var preview = await awoc.AwocAsync("run", "code-analysis:the shop", "r.md", "--agent", agent, "--dry-run");
        Assert.Contains("# Repository Map", preview.Out, StringComparison.Ordinal);
        Assert.Contains("awoc cache warm code-analysis", preview.Error, StringComparison.Ordinal);
        await EndAllAsync(awoc, [await awoc.LaunchAsync("custom:no map here", "r0.md", "--agent", agent)]);
        var id = await awoc.LaunchAsync("code-analysis:the shop", "r.md", "--agent", agent, "--mends", "0");
        await awoc.EndOfAsync(id);

        var first = server.Log.MessageRequests.First(r => r.Body!.Contains("the shop", StringComparison.Ordinal));
        Assert.Contains("class-of-file-7", first.Body!, StringComparison.Ordinal);
        Assert.True(first.Usage!.CacheRead >= only.Usage.CacheWrite - 300, $"{first.Usage} after {only.Usage}");
        Assert.DoesNotContain(server.Log.MessageRequests, r => r.Body!.Contains("no map here", StringComparison.Ordinal) && r.Body.Contains("# Repository Map", StringComparison.Ordinal));

        var list = JsonNode.Parse((await awoc.AwocAsync("cache", "list", "--json")).Out)!["contexts"]!.AsArray();
        Assert.All(list, c => Assert.True((bool)c!["fresh"]!));
        await File.AppendAllTextAsync(Path.Combine(awoc.Work, "file7.py"), "class More:\n    pass\n");
        list = JsonNode.Parse((await awoc.AwocAsync("cache", "list", "--json")).Out)!["contexts"]!.AsArray();
        Assert.All(list, c => Assert.False((bool)c!["fresh"]!));

        // Tasks that start within two seconds share one look at the repository.
        await Eventually.TrueAsync(
            async () => (await awoc.AwocAsync("run", "testing", "--agent", agent, "--dry-run")).Out.Contains("More", StringComparison.Ordinal),
            TimeSpan.FromSeconds(20),
            "the map to be made again");

        Assert.Equal(0, (await awoc.AwocAsync("cache", "clear", "testing")).Code);
        Assert.DoesNotContain("# Repository Map", (await awoc.AwocAsync("run", "testing", "--agent", agent, "--dry-run")).Out, StringComparison.Ordinal);
        Assert.Equal(2, (await awoc.AwocAsync("cache", "clear")).Code);
        Assert.Equal(0, (await awoc.AwocAsync("cache", "clear", "--all")).Code);
        Assert.Empty(JsonNode.Parse((await awoc.AwocAsync("cache", "list", "--json")).Out)!["contexts"]!.AsArray());
    }

    [Fact]
    public async Task Warm_NoCredential_PreparesAndSaysThatTheProviderWasNotAsked()
    {
        await using var awoc = new AwocSandbox();
        await RepositoryAsync(awoc);
        var warm = await awoc.AwocAsync("cache", "warm", "testing", "--agent", "builtin");
        Assert.Equal(0, warm.Code);
        Assert.Contains("testing", warm.Out, StringComparison.Ordinal);
        Assert.Contains("the provider's cache is left as it is", warm.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await awoc.AwocAsync("cache", "warm", "no-such-type")).Code);
    }

    [Fact]
    public async Task Leader_CanceledBeforeItsFirstAnswer_TheNextOneLeads()
    {
        await using var server = await ServeAsync("turns?n=1&tokens=10&delay=15s");
        await using var awoc = Sandbox(server);
        awoc.Environment["ANTHROPIC_API_KEY"] = "one-key";

        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Add(await awoc.LaunchAsync($"custom:number {i}", "--agent", "builtin", "--group", "g", "--context", Shared));
        await UntilAsync(awoc, ids[0], "running");
        await UntilAsync(awoc, ids[2], "scheduled");
        var waiting = await awoc.StatusAsync(ids[1]);
        Assert.Equal("scheduled", (string?)waiting["state"]);
        Assert.StartsWith($"task {ids[0].Split('-')[1]}, which writes the ", (string?)waiting["waitsFor"], StringComparison.Ordinal);

        await server.Log.WaitAsync(log => log.MessageRequests.Count == 1);
        Assert.Equal(0, (await awoc.AwocAsync("cancel", ids[0])).Code);
        await EndAllAsync(awoc, ids[1..]);

        // The third one came when the second one's answer had begun, which was to take its time.
        var requests = server.Log.MessageRequests;
        var third = requests.First(r => r.Body!.Contains("number 2", StringComparison.Ordinal));
        var second = requests.First(r => r.Body!.Contains("number 1", StringComparison.Ordinal));
        Assert.True(third.StartedAt - second.StartedAt >= TimeSpan.FromSeconds(15), $"{second.StartedAt:O}, {third.StartedAt:O}");
        var usages = server.Log.MessageRequests.Where(r => !r.ClientDisconnected).Select(r => r.Usage!).ToList();
        Assert.Single(usages, u => u.CacheWrite > ContextTokens * 0.9);
        Assert.Contains(usages, u => u.CacheRead > ContextTokens * 0.9);
    }

    [Fact]
    public async Task Group_NothingWorthSharing_IsNotHeld()
    {
        await using var server = await ServeAsync("turns?n=3&tokens=10&delay=2s");
        await using var awoc = Sandbox(server);
        awoc.Environment["ANTHROPIC_API_KEY"] = "one-key";
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "small.txt"), "a few words");

        var ids = new List<string>
        {
            await awoc.LaunchAsync("custom:one", "--agent", "builtin", "--group", "g", "--context", "small.txt"),
            await awoc.LaunchAsync("custom:two", "--agent", "builtin", "--group", "g", "--context", "small.txt"),
            await awoc.LaunchAsync("custom:three", "--agent", "builtin", "--group", "g"),
        };
        foreach (var id in ids) await UntilAsync(awoc, id, "running");
        await awoc.AwocAsync(["cancel", .. ids]);
    }

    private static Task UntilAsync(AwocSandbox awoc, string id, string state) => Eventually.TrueAsync(
        async () => (string?)(await awoc.StatusAsync(id))["state"] == state, TimeSpan.FromSeconds(30), $"task {id} to be {state}");

    /// <summary>The usage of each request of eight tasks.</summary>
    private static async Task<List<RehearsalUsage>> CostOfAsync(AwocSandbox awoc, RehearsalServer server, Func<int, (string Key, string Name)> task)
    {
        var before = server.Log.MessageRequests.Count;
        var ids = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            var (key, name) = task(i);
            awoc.Environment["ANTHROPIC_API_KEY"] = key;
            ids.Add(await awoc.LaunchAsync($"custom:number {name}", $"{key}-{name}.md", "--agent", "builtin", "--group", "g", "--context", Shared));
        }

        await EndAllAsync(awoc, ids);
        return [.. server.Log.MessageRequests.Skip(before).Select(r => r.Usage!)];
    }

    private static async Task EndAllAsync(AwocSandbox awoc, IReadOnlyList<string> ids)
    {
        foreach (var id in ids)
        {
            var end = await awoc.EndOfAsync(id);
            Assert.True((string?)end["outcome"] == "succeeded", end.ToJsonString() + awoc.Diagnose(id));
        }
    }

    /// <summary>Input in fresh tokens, by the price list.</summary>
    private static double Weighted(IEnumerable<RehearsalUsage> usages) =>
        usages.Sum(u => u.Input + (u.CacheWrite5m * 1.25) + (u.CacheWrite1h * 2.0) + (u.CacheRead * 0.1));

    private static Task<RehearsalServer> ServeAsync(string scenario) => RehearsalServer.StartAsync(new RehearsalOptions { Scenario = scenario });

    private static AwocSandbox Sandbox(RehearsalServer server)
    {
        var awoc = new AwocSandbox();
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
        Directory.CreateDirectory(awoc.Home);
        File.WriteAllText(Path.Combine(awoc.Home, "prices.yaml"), "models:\n  claude-sonnet-5: { input: 3, output: 15 }\n");
        var text = new StringBuilder();
        for (var i = 0; text.Length < ContextTokens * 4; i++) text.Append(CultureInfo.InvariantCulture, $"line {i}: what everybody has to know about part {i % 97} of the whole\n");
        File.WriteAllText(Path.Combine(awoc.Work, Shared), text.ToString(0, ContextTokens * 4));
        return awoc;
    }

    private static async Task RepositoryAsync(AwocSandbox awoc)
    {
        for (var i = 0; i < 120; i++) await File.WriteAllTextAsync(Path.Combine(awoc.Work, $"file{i}.py"), $"class ClassOfFile{i}:\n    pass\n");
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "class-of-file-7.md"), "# A document\n");
        File.Delete(Path.Combine(awoc.Work, Shared));
        var git = await awoc.ShellAsync("git init -q && git add -A && git -c user.name=t -c user.email=t@example.com commit -qm first");
        Assert.True(git.Code == 0, git.Error);
    }
}
