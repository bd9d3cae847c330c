using System.Globalization;
using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>Usage windows that close and open, with real agents at an API that has them.</summary>
public sealed class QuotaTests
{
    private const string Key = "sk-ant-quota";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task Run_WindowClosesInMidRun_IsInterruptedAndGoesOnInItsSessionWithNoRetryUsedUp(string agent)
    {
        await using var awoc = new AwocSandbox().WithClaude();
        await SetAsync(awoc, "quota.hold", "2");
        var id = await awoc.LaunchAsync(
            "custom:count", "r.md", "--agent", agent, "--model", "rehearsal/window?n=6&size=4&length=12s", "--retry", "0", "--on-failure", "stop", "--tokens", "20000");
        await UntilAsync(awoc, id, "scheduled");
        var waits = await awoc.StatusAsync(id);
        Assert.Contains("(5h) opens at ", (string?)waits["waitsFor"], StringComparison.Ordinal);
        Assert.InRange((DateTimeOffset)waits["dueAt"]! - TimeProvider.System.GetUtcNow(), TimeSpan.Zero, TimeSpan.FromSeconds(15));
        var quota = await QuotaAsync(awoc);
        Assert.Contains(quota["windows"]!.AsArray(), w => ((string?)w!["window"], (string?)w["state"]) == ("5h", "closed"));
        Assert.Contains(quota["waiting"]!.AsArray(), w => (string?)w!["id"] == id);

        var status = await awoc.EndOfAsync(id);

        Assert.True((string?)status["outcome"] == "succeeded", status.ToJsonString() + awoc.Diagnose(id));
        var attempts = status["attempts"]!.AsArray();
        Assert.All(attempts.SkipLast(1), a => Assert.Equal("rate_limited", (string?)a!["reason"]));

        // Seven answers at four a window: only a conversation that goes on comes to its end in so few attempts.
        Assert.InRange(attempts.Count, 2, 3);
        Assert.Null(status["retries"]);
        Assert.Contains("Done: 6 turns.", await File.ReadAllTextAsync(Path.Combine(awoc.Work, "r.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WindowIsClosed_StartsWaitForItAlsoAfterARestartAndOpenWithAWord()
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { ApiKey = Key });
        await using var awoc = new AwocSandbox();
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
        awoc.Environment["ANTHROPIC_API_KEY"] = Key;
        await awoc.EndOfAsync(await awoc.LaunchAsync("research:first", "--agent", "builtin"));
        var account = (string)(await QuotaAsync(awoc))["lanes"]!.AsArray()[0]!["account"]!;
        Assert.DoesNotContain(Key, account, StringComparison.Ordinal);
        var resets = TimeProvider.System.GetUtcNow().AddHours(2);
        await ReportAsync(awoc, account, "100", resets);

        var second = await awoc.LaunchAsync("research:second", "--agent", "builtin");
        await UntilAsync(awoc, second, "scheduled");
        var due = (DateTimeOffset)(await awoc.StatusAsync(second))["dueAt"]!;
        Assert.InRange(due - resets, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(31));
        await awoc.AwocAsync("daemon", "restart");
        var third = await awoc.LaunchAsync("research:third", "--agent", "builtin");
        await UntilAsync(awoc, third, "scheduled");

        // The person's own session knows better, and all go on by themselves.
        await ReportAsync(awoc, account, "3", resets.AddHours(3));
        foreach (var id in (string[])[second, third]) Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(id))["outcome"]);
    }

    [Fact]
    public async Task Run_ReserveIsReached_LeavesTheRestOfTheWindowToThePerson()
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { ApiKey = Key, Scenario = "window?n=60&size=20&length=1h" });
        await using var awoc = new AwocSandbox();
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
        awoc.Environment["ANTHROPIC_API_KEY"] = Key;
        await SetAsync(awoc, "quota.reserve", "30%");

        var id = await awoc.LaunchAsync("custom:count", "--agent", "builtin", "--tokens", "20000");
        await UntilAsync(awoc, id, "scheduled");

        var waits = (string?)(await awoc.StatusAsync(id))["waitsFor"];
        Assert.Contains("70 % used) is reserved for you", waits, StringComparison.Ordinal);
        Assert.Equal("reserved", (string?)(await QuotaAsync(awoc))["windows"]!.AsArray().Single()!["state"]);
        Assert.InRange(server.Log.Requests.Count(r => r.Path.EndsWith("/messages", StringComparison.Ordinal)), 14, 15);
        await awoc.AwocAsync("cancel", id);
    }

    [Fact]
    public async Task Report_BadValues_AreNamedAllAtOnce()
    {
        await using var awoc = new AwocSandbox();
        var ran = await awoc.AwocAsync("quota", "report", "--window", "5 h!", "--used", "many", "--resets-at", "2100-01-01", "--account", "me");
        Assert.Equal(2, ran.Code);
        foreach (var flag in (string[])["--window", "--used", "--resets-at", "--account"]) Assert.Contains(flag, ran.Error, StringComparison.Ordinal);
    }

    private static async Task SetAsync(AwocSandbox awoc, string key, string value)
    {
        var set = await awoc.AwocAsync("config", "set", key, value);
        Assert.True(set.Code == 0, set.Error);
    }

    private static async Task ReportAsync(AwocSandbox awoc, string account, string used, DateTimeOffset resets)
    {
        var ran = await awoc.AwocAsync(
            "quota", "report", "--window", "5h", "--used", used, "--resets-at", resets.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), "--account", account);
        Assert.True(ran.Code == 0, ran.Error);
    }

    private static async Task<JsonNode> QuotaAsync(AwocSandbox awoc)
    {
        var ran = await awoc.AwocAsync("quota", "--json");
        Assert.True(ran.Code == 0, ran.Error);
        return JsonNode.Parse(ran.Out)!;
    }

    private static Task UntilAsync(AwocSandbox awoc, string id, string state) => Eventually.TrueAsync(
        async () => (string?)(await awoc.StatusAsync(id))["state"] == state ? true : (string?)(await awoc.StatusAsync(id))["state"] == "ended" ? throw new InvalidOperationException(awoc.Diagnose(id)) : false,
        s_limit,
        $"task {id} to be {state}");
}
