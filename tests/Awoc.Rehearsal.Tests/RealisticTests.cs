using System.Text.Json.Nodes;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Catalog;
using Awoc.Core.Tasks;
using Awoc.Prompts;
using Awoc.Prompts.Catalog;

namespace Awoc.Rehearsal.Tests;

/// <summary>The scenario <c>realistic</c>, over AWOC's own prompts.</summary>
public sealed class RealisticTests
{
    private static readonly TaskId s_id = TaskId.Parse("1763900000-abcdef012345");

    [Theory]
    [InlineData("research", ".md")]
    [InlineData("code-review", ".json")]
    [InlineData("testing", ".txt")]
    public async Task Realistic_DefaultBudget_WritesTheSkeletonFirstThenAReportOfItsSize(string type, string extension)
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = "realistic" });
        using var client = new ModelClient(server.BaseUrl);
        var file = Path.Combine(project.Directory, "out" + extension);
        var tools = new ToolRunner(client, project.Directory);

        var answer = await tools.RunAsync(Prompt(type, file, 5_000));

        Assert.Equal("end_turn", answer.StopReason);
        Assert.Equal("Write", tools.Calls[0]);
        Assert.Equal("Write", tools.Calls[^1]);
        var report = await File.ReadAllTextAsync(file);
        Assert.InRange(TokenEstimate.Of(report), 1_700, 2_000);
        AssertSections(type, report, extension);
        Assert.InRange(tools.OutputTokens, 3_000, 3_750);
        var turns = server.Log.MessageRequests.Skip(1).Take(5).Select(r => r.GeneratedTokens).ToList();
        Assert.All(turns, t => Assert.InRange(t, 100, 420));
    }

    [Fact]
    public async Task Realistic_LargeBudget_LooksAtOnce()
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = "realistic" });
        using var client = new ModelClient(server.BaseUrl);
        var tools = new ToolRunner(client, project.Directory);
        await tools.RunAsync(Prompt("research", Path.Combine(project.Directory, "out.md"), 50_000));
        Assert.NotEqual("Write", tools.Calls[0]);
        Assert.Single(tools.Calls, "Write");
    }

    [Theory]
    [InlineData("realistic", 2_500)]
    [InlineData("realistic", 600)]
    [InlineData("realistic", 60)]
    [InlineData("turns", 900)]
    public async Task ReportTurn_ToolsForbiddenInALaterTurn_SaysEverySectionWithinTheLimit(string scenario, int maxTokens)
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = scenario });
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request(Prompt("analysis", "/nowhere/out.md", 5_000));
        body["max_tokens"] = maxTokens;
        body["tools"] = new JsonArray(new JsonObject { ["name"] = "Bash", ["input_schema"] = new JsonObject { ["type"] = "object" } });
        body["tool_choice"] = new JsonObject { ["type"] = "none" };
        var messages = body["messages"]!.AsArray();
        messages.Add(new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "tool_use", ["id"] = "toolu_1", ["name"] = "Bash", ["input"] = new JsonObject { ["command"] = "ls" } }),
        });
        messages.Add(new JsonObject
        {
            ["role"] = "user",
            ["content"] = new JsonArray(
                new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = "toolu_1", ["content"] = "a.cs" },
                new JsonObject { ["type"] = "text", ["text"] = "The work is stopped. Use no tools. Write the report now." }),
        });

        var answer = await client.AskAsync(body);

        Assert.Equal("end_turn", answer.StopReason);
        Assert.Empty(answer.Tools);
        Assert.InRange(answer.Output, 1, maxTokens);
        Assert.True(answer.Output >= Math.Min(maxTokens, 2_000) * 0.5, $"{answer.Output} of {maxTokens}");
        AssertSections("analysis", answer.Text, ".md");
        var request = server.Log.MessageRequests[^1];
        Assert.Equal((1, "none", maxTokens), (request.Tools, request.ToolChoice, request.MaxTokens));
    }

    [Fact]
    public async Task Realistic_LimitInsideTheWrite_CutsTheCallInItsJson()
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = "realistic?turns=0" });
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request(Prompt("research", "/nowhere/out.md", 50_000));
        body["max_tokens"] = 700;
        body["stream"] = true;
        body["tools"] = new JsonArray(new JsonObject { ["name"] = "Write", ["input_schema"] = new JsonObject { ["type"] = "object" } });

        var answer = await client.AskAsync(body);

        Assert.Equal("max_tokens", answer.StopReason);
        Assert.Equal(700, answer.Output);
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => JsonNode.Parse(answer.Tools.Single().Content));
    }

    private static void AssertSections(string type, string report, string extension)
    {
        var at = -1;
        foreach (var section in TaskTypeCatalog.BuiltIn.Find(type)!.Method.Sections)
        {
            var wanted = extension switch { ".md" => $"## {section.Name}\n", ".json" => $"\"{section.Key}\": ", _ => $"{section.Name}\n" };
            var next = report.IndexOf(wanted, StringComparison.Ordinal);
            Assert.True(next > at, $"{wanted} is missing or out of order in:\n{report}");
            at = next;
        }
    }

    private static string Prompt(string type, string file, long tokens) => TaskPrompt.Build(
        new TaskSpec { Type = type, Description = "the payment integration", Agent = "builtin", Budget = new Budget(tokens, 600), Cwd = "/nowhere", Output = file },
        s_id, file, AgentTools.Default);
}
