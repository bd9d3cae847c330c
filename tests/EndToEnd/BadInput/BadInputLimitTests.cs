using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.TestKit;

namespace Awoc.EndToEnd.BadInput;

/// <summary>Budgets too small for anything, and decisions about tasks that are not where they would help.</summary>
public sealed class BadInputLimitTests
{
    [Theory]
    [InlineData("claude", 1)]
    [InlineData("claude", 3)]
    [InlineData("builtin", 1)]
    [InlineData("builtin", 3)]
    public async Task Run_BudgetOfAToken_EndsHonestlyWithinIt(string agent, int tokens)
    {
        await using var server = await RehearsalServer.StartAsync();
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("research:x", "r.md", "--agent", agent, "--tokens", $"{tokens}");
        var status = await awoc.EndOfAsync(id);
        Assert.True(("budget_exhausted", "tokens") == ((string?)status["outcome"], (string?)status["reason"]), status.ToJsonString() + awoc.Diagnose(id));
        Assert.True(server.Log.TotalGeneratedTokens <= tokens, $"{server.Log.TotalGeneratedTokens} tokens");
        Assert.Equal(server.Log.TotalGeneratedTokens, (long?)status["usage"]?["output"] ?? 0);
        Assert.Contains("awoc retry", (string?)status["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("use")]
    [InlineData("resume")]
    [InlineData("reduce")]
    public async Task Recover_RunningTask_IsRefusedWithItsState(string choice)
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "sleep 1000");
        await Eventually.TrueAsync(async () => (string?)(await awoc.StatusAsync(id))["state"] == "running", TimeSpan.FromSeconds(20), "the task to run");
        Refusal.Is(await awoc.AwocAsync("recover", id, choice), 2, "running");
        Refusal.Is(await awoc.AwocAsync("retry", id), 2, "running");
        Assert.Equal("running", (string?)(await awoc.StatusAsync(id))["state"]);
        await awoc.AwocAsync("cancel", id);
    }

    [Fact]
    public async Task Recover_SucceededTaskOrUnknownOne_IsRefusedWithTheWayOn()
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "true");
        await awoc.EndOfAsync(id);
        Refusal.Is(await awoc.AwocAsync("recover", id, "use"), 2, id.Split('-')[1]);
        Refusal.Is(await awoc.AwocAsync("recover", id, "halve"), 2, "use", "resume", "reduce");
        Assert.NotEqual(0, (await awoc.AwocAsync("recover", "no-such-task", "use")).Code);
        Assert.Equal(2, (await awoc.AwocAsync("recover", id)).Code);
    }

    private static AwocSandbox Sandbox(RehearsalServer server)
    {
        var awoc = new AwocSandbox().WithClaude();
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
        awoc.Environment["ANTHROPIC_API_KEY"] = "sk-the-tests-own";
        return awoc;
    }
}
