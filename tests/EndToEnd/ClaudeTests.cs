using System.Text.Json.Nodes;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>The real Claude Code CLI under AWOC, answered by the rehearsal server.</summary>
public sealed class ClaudeTests
{
    private static AwocSandbox NewSandbox()
    {
        var awoc = new AwocSandbox().WithClaude().Rehearsed();
        File.WriteAllText(Path.Combine(awoc.Work, "README.md"), "# A project\n\nTODO: say more.\n");
        File.WriteAllText(Path.Combine(awoc.Work, "main.py"), "def main():\n    pass  # TODO: do it\n");
        return awoc;
    }

    [Fact]
    public async Task Run_SeedExample_UsesToolsAndDeliversTheFileWithTheTokensTheCliReports()
    {
        await using var awoc = NewSandbox();
        var ran = await awoc.AwocAsync("background-task", "api-research:Stripe payment integration", "research-stripe.json", "sonnet", "6000", "420", "--wait");
        var id = ran.Out.Trim();
        Assert.True(ran.Code == 0, ran.Error + awoc.Diagnose(id));
        var report = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(awoc.Work, "research-stripe.json")))!;
        Assert.True((bool)report["rehearsal"]!);

        var status = await awoc.StatusAsync(id);
        Assert.Equal("claude", (string?)status["agent"]);
        Assert.True((bool)status["rehearsal"]!);
        Assert.Equal("complete", (string?)status["result"]);
        var events = await File.ReadAllLinesAsync(Path.Combine(awoc.TaskFolder(id), "events.jsonl"));
        Assert.Contains(events, e => e.Contains("\"tool_use\"", StringComparison.Ordinal));
        var result = events.Select(e => JsonNode.Parse(e)!).Last(e => (string?)e["type"] == "result");
        var reported = result["modelUsage"]!.AsObject().Sum(m => (long)m.Value!["outputTokens"]!);
        Assert.Equal(reported, (long)status["usage"]!["output"]!);
        Assert.InRange(reported, 1, 6000);
    }

    [Fact]
    public async Task Run_TokenBudgetSpent_EndsBudgetExhaustedWithAPartialResult()
    {
        await using var awoc = NewSandbox();
        var ran = await awoc.AwocAsync("run", "research:anything", "r.md", "--model", "rehearsal/turns", "--tokens", "1000", "--wait");
        Assert.True(ran.Code == 3, $"{ran.Code} {ran.Error}{awoc.Diagnose(ran.Out.Trim())}");
        var status = await awoc.StatusAsync(ran.Out.Trim());
        Assert.Equal("budget_exhausted", (string?)status["outcome"]);
        Assert.Equal("tokens", (string?)status["reason"]);
        Assert.InRange((long)status["usage"]!["output"]!, 500, 1000);
        Assert.Equal("partial", (string?)status["result"]);
        Assert.StartsWith("> **Partial result**", await File.ReadAllTextAsync(Path.Combine(awoc.Work, "r.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TimeoutWithAToolChild_Exits124AndTheChildIsDead()
    {
        await using var awoc = NewSandbox();
        var ran = await awoc.AwocAsync("run", "research:anything", "--model", "rehearsal/sleep", "--timeout", "4", "--wait");
        Assert.True(ran.Code == 124, $"{ran.Code} {ran.Error}{awoc.Diagnose(ran.Out.Trim())}");
        Assert.Empty(Processes.WithEnvironment(ran.Out.Trim()));
        Assert.Equal("timed_out", (string?)(await awoc.StatusAsync(ran.Out.Trim()))["outcome"]);
    }

    [Fact]
    public async Task Cancel_WhileASleepToolRuns_KillsTheWholeTree()
    {
        await using var awoc = NewSandbox();
        var id = await awoc.LaunchAsync("research:anything", "--model", "rehearsal/sleep");
        await Eventually.TrueAsync(
            () => Processes.WithEnvironment(id).Intersect(Processes.WithCommandLine("sleep 1000")).Any(), TimeSpan.FromSeconds(60), "the tool child");
        Assert.Equal(0, (await awoc.AwocAsync("cancel", id)).Code);
        Assert.Empty(Processes.WithEnvironment(id));
        Assert.Equal("canceled", (string?)(await awoc.EndOfAsync(id))["outcome"]);
    }

    [Fact]
    public async Task Run_StormOf529_RecoversAndSaysSoInTheLog()
    {
        await using var awoc = NewSandbox();
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--model", "rehearsal/overload?times=5");
        var status = await awoc.EndOfAsync(id);
        Assert.True((string?)status["outcome"] == "succeeded", status.ToJsonString() + awoc.Diagnose(id));
        var log = await awoc.AwocAsync("logs", id);
        Assert.Contains("529", log.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AgentAnswersInText_DeliversTheText()
    {
        await using var awoc = NewSandbox();
        var ran = await awoc.AwocAsync("run", "custom:anything", "answer.md", "--model", "rehearsal/text-only", "--wait");
        Assert.True(ran.Code == 0, ran.Error + awoc.Diagnose(ran.Out.Trim()));
        Assert.NotEmpty(await File.ReadAllTextAsync(Path.Combine(awoc.Work, "answer.md")));
    }

    [Theory]
    [InlineData("refusal", "failed", "refused")]
    [InlineData("bad-request", "failed", "bad_request")]
    [InlineData("billing", "failed", "billing")]
    [InlineData("auth", "failed", "auth")]
    public async Task Run_CallThatFailsForGood_IsNeverASuccess(string scenario, string outcome, string reason)
    {
        await using var awoc = NewSandbox();
        var ran = await awoc.AwocAsync("run", "custom:anything", "r.md", "--model", $"rehearsal/{scenario}", "--wait");
        var status = await awoc.StatusAsync(ran.Out.Trim());
        Assert.Equal(1, ran.Code);
        Assert.Equal((outcome, reason), ((string?)status["outcome"], (string?)status["reason"]));
        Assert.False(File.Exists(Path.Combine(awoc.Work, "r.md")));
    }

    [Fact]
    public async Task Run_EightAtOnce_AllSucceed()
    {
        await using var awoc = NewSandbox();
        var ids = new List<string>();
        for (var i = 0; i < 8; i++) ids.Add(await awoc.LaunchAsync($"analysis:number {i}", $"a{i}.md"));
        var waited = await awoc.AwocAsync(["wait", .. ids, "--timeout", "110"]);
        Assert.True(waited.Code == 0, waited.Error + waited.Out);
        Assert.All(Enumerable.Range(0, 8), i => Assert.Contains("Rehearsed", File.ReadAllText(Path.Combine(awoc.Work, $"a{i}.md")), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Seed_ThreeWayBatchWithAmpersandAndWait_WaitsForAllThree()
    {
        await using var awoc = NewSandbox();
        var ran = await awoc.ShellAsync("""
            awoc background-task "code-review:Security analysis" security-review.json opus 8000 600 --wait &
            awoc background-task "documentation:API documentation update" api-docs.md sonnet 5000 300 --wait &
            awoc background-task "testing:Integration test suite" integration-tests.md haiku 4000 400 --wait &
            wait
            ls security-review.json api-docs.md integration-tests.md
            """);
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Contains("integration-tests.md", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithoutWait_ReturnsBeforeTheAgentHasEnded()
    {
        await using var awoc = NewSandbox();
        var id = await awoc.LaunchAsync("research", "report.md", "sonnet", "5000", "600");
        Assert.NotEqual("ended", (string?)(await awoc.StatusAsync(id))["state"]);
        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(id))["outcome"]);
    }
}
