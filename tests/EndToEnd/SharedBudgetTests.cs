using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>The budgets of a day and of groups, with the built-in agent at a server that it takes for the real one: rehearsed tasks never count.</summary>
public sealed class SharedBudgetTests
{
    private const string Key = "sk-ant-shared-budgets";

    [Fact]
    public async Task Run_DayHasNoRoom_WaitsSaysWhyAndStartsWhenAnotherEnds()
    {
        await using var server = await SlowAsync();
        await using var awoc = await SandboxAsync(server, ("budgets.day.tokens", "8000"));
        var first = await awoc.LaunchAsync("research:first", "--agent", "builtin", "--tokens", "5000");
        var second = await awoc.LaunchAsync("research:second", "--agent", "builtin", "--tokens", "5000");
        await UntilAsync(awoc, second, "scheduled");

        var waiting = await awoc.StatusAsync(second);
        Assert.Equal("day budget: 3,000 of 8,000 tokens left (5,000 held by running tasks), needs 5,000; opens at 00:00", (string?)waiting["waitsFor"]);
        var day = Limit(waiting, "day_tokens");
        Assert.Equal((8000, 0, 3000, 5000), ((int)day["max"]!, (int)day["used"]!, (int)day["left"]!, (int)day["held"]!));

        // One that fits goes before it.
        var small = await awoc.LaunchAsync("research:small", "--agent", "builtin", "--tokens", "1000");
        await UntilAsync(awoc, small, "running");
        Assert.Equal("scheduled", (string?)(await awoc.StatusAsync(second))["state"]);

        await awoc.AwocAsync("cancel", first, small);
        Assert.Equal("ended", (string?)(await awoc.StatusAsync(first))["state"]);
        await UntilAsync(awoc, second, "running");
        await awoc.AwocAsync("cancel", second);
    }

    [Fact]
    public async Task Run_DayHasNoRoom_ACancelEndsItAtOnceAndARaisedLimitStartsIt()
    {
        await using var server = await SlowAsync();
        await using var awoc = await SandboxAsync(server, ("budgets.day.tokens", "5000"));
        var first = await awoc.LaunchAsync("research:first", "--agent", "builtin");
        var second = await awoc.LaunchAsync("research:second", "--agent", "builtin");
        var third = await awoc.LaunchAsync("research:third", "--agent", "builtin");
        await UntilAsync(awoc, third, "scheduled");

        Assert.Equal(0, (await awoc.AwocAsync("cancel", second)).Code);
        Assert.Equal("canceled", (string?)(await awoc.StatusAsync(second))["outcome"]);
        Assert.Equal(0, (await awoc.AwocAsync("config", "set", "budgets.day.tokens", "10000")).Code);
        await UntilAsync(awoc, third, "running");
        await awoc.AwocAsync("cancel", first, third);
    }

    [Fact]
    public async Task Run_MoreThanIsThere_IsRefusedAsConfigured()
    {
        await using var server = await SlowAsync();
        await using var awoc = await SandboxAsync(server, ("budgets.on_short", "refuse"), ("budgets.groups.night.tokens", "6000"));
        var never = await awoc.AwocAsync("run", "research", "--agent", "builtin", "--group", "night", "--tokens", "6001");
        Assert.Equal((2, ""), (never.Code, never.Out));
        Assert.Contains("awoc config set budgets.groups.night.tokens 6001", never.Error, StringComparison.Ordinal);

        var first = await awoc.LaunchAsync("research", "--agent", "builtin", "--group", "night");
        await UntilAsync(awoc, first, "running");
        var now = await awoc.AwocAsync("run", "research", "--agent", "builtin", "--group", "night");
        Assert.Equal((69, ""), (now.Code, now.Out));
        Assert.Contains("group budget of night: 1,000 of 6,000 tokens left", now.Error, StringComparison.Ordinal);

        // Another group, and what calls no model, have nothing to do with it.
        Assert.Equal(0, (await awoc.AwocAsync("run", "true", "--agent", "command", "--group", "night", "--wait")).Code);
        var other = await awoc.LaunchAsync("research", "--agent", "builtin", "--group", "day");
        await awoc.AwocAsync("cancel", first, other);
    }

    [Fact]
    public async Task Status_AfterARestart_KnowsWhatTheDayHasSpent()
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { ApiKey = Key });
        await using var awoc = await SandboxAsync(server, ("budgets.day.tokens", "50000"));
        var ended = await awoc.EndOfAsync(await awoc.LaunchAsync("research:one", "--agent", "builtin"));
        var spent = (int)ended["usage"]!["output"]!;
        Assert.True(spent > 0, ended.ToJsonString());

        await awoc.AwocAsync("daemon", "restart");

        var day = Limit(await awoc.StatusAsync((string)ended["id"]!), "day_tokens");
        Assert.Equal((spent, 50_000 - spent), ((int)day["used"]!, (int)day["left"]!));
    }

    private static Task UntilAsync(AwocSandbox awoc, string id, string state) => Eventually.TrueAsync(
        async () => (string?)(await awoc.StatusAsync(id))["state"] == state, TimeSpan.FromSeconds(30), $"task {id} to be {state}");

    private static JsonNode Limit(JsonObject status, string kind) => status["limits"]!.AsArray().Single(l => (string?)l!["kind"] == kind)!;

    /// <summary>Its answers take long enough for what is looked at while they come.</summary>
    private static Task<RehearsalServer> SlowAsync() =>
        RehearsalServer.StartAsync(new RehearsalOptions { ApiKey = Key, Scenario = "turns?n=40&tokens=10&delay=2s" });

    private static async Task<AwocSandbox> SandboxAsync(RehearsalServer server, params (string Key, string Value)[] settings)
    {
        var awoc = new AwocSandbox();
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
        awoc.Environment["ANTHROPIC_API_KEY"] = Key;
        foreach (var (key, value) in settings) Assert.Equal(0, (await awoc.AwocAsync("config", "set", key, value)).Code);
        return awoc;
    }
}
