using System.Text.Json.Nodes;

namespace Awoc.Rehearsal.Tests;

public sealed class PlannerTests
{
    [Theory]
    [InlineData("md", true)]
    [InlineData("md", false)]
    [InlineData("json", true)]
    [InlineData("txt", false)]
    public async Task Plan_TaskOverADirectory_WritesATrueReportWithTheSectionsAsked(string extension, bool git)
    {
        using var project = new SampleProject(git);
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var runner = new ToolRunner(client, project.Directory);
        var output = project.Output("report." + extension);

        var last = await runner.RunAsync(project.Prompt("api-research", "Stripe payment integration", output));

        Assert.Equal("end_turn", last.StopReason);
        Assert.Contains(output, last.Text);
        var report = await File.ReadAllTextAsync(output);
        Assert.Contains("Rehearsed: this report was written by AWOC's rule-based rehearsal planner", report);
        Assert.Contains("7 files", report);
        Assert.Contains("JavaScript 4", report);
        Assert.Contains("2 test files", report);
        Assert.Contains("2 lines with TODO or FIXME in 2 files", report);
        Assert.Contains("src/payment.js", report);
        Assert.Contains("No source from the web", report);
        foreach (var section in new[] { "Executive Summary", "Key Findings", "Detailed Analysis", "Sources and References", "Recommendations" })
            Assert.Contains(section, report);
        Assert.InRange(runner.OutputTokens, 1, 3000);
        Assert.Equal(runner.OutputTokens, server.Log.TotalGeneratedTokens);

        if (extension == "md") Assert.StartsWith("> Rehearsed: this report was written by AWOC's rule-based rehearsal planner, not by a language model.", report);
        if (extension != "json") return;
        var json = JsonNode.Parse(report)!;
        Assert.True((bool)json["rehearsal"]!);
        Assert.Equal(5, json["sections"]!.AsObject().Count);
        Assert.Equal(SampleProject.Files, (int)json["facts"]!["files"]!);
        Assert.Equal(SampleProject.JavaScriptFiles, (int)json["facts"]!["filesByType"]!["js"]!);
        Assert.Equal(SampleProject.TestFiles, (int)json["facts"]!["testFiles"]!);
        Assert.Equal(SampleProject.Todos, (int)json["facts"]!["todos"]!);
    }

    [Theory]
    [InlineData("security-analysis", "1 lines with words that a security review looks for")]
    [InlineData("test-generation", "3 test functions by pattern")]
    public async Task Plan_TypeWithAPatternOfItsOwn_CountsIt(string type, string expected)
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var output = project.Output("r.md");

        await new ToolRunner(client, project.Directory).RunAsync(
            project.Prompt(type, "Authentication", output, sections: ["Test Cases and Scenarios", "Risk Assessment"]));

        var report = await File.ReadAllTextAsync(output);
        Assert.Contains(expected, report);
        Assert.Equal(["## Test Cases and Scenarios", "## Risk Assessment"], report.Split('\n').Where(l => l.StartsWith("## ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Bash", "7 text files")]
    [InlineData("Bash,Grep", "7 files")]
    public async Task Plan_ToolsDenied_FallsBackToOthers(string denied, string expected)
    {
        using var project = new SampleProject(git: true);
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var runner = new ToolRunner(client, project.Directory);
        runner.Denied.UnionWith(denied.Split(','));
        var output = project.Output("r.md");

        await runner.RunAsync(project.Prompt("research", "payment", output));

        var report = await File.ReadAllTextAsync(output);
        Assert.Contains(expected, report);
        Assert.Contains("JavaScript 4", report);
        Assert.Contains("2 test files", report);
        Assert.Equal(1, runner.Calls.Count(c => c == "Bash"));
    }

    [Fact]
    public async Task Plan_WriteDenied_GivesTheReportAsText()
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var output = project.Output("r.md");

        var last = await new ToolRunner(client, project.Directory) { Denied = { "Write" } }.RunAsync(project.Prompt("research", "payment", output));

        Assert.StartsWith("> Rehearsed", last.Text);
        Assert.Contains("7 files", last.Text);
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task Plan_EveryToolDenied_StillEndsWithAReportThatClaimsNothing()
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var last = await new ToolRunner(client, project.Directory) { Denied = { "Write", "Bash", "Grep", "Glob", "Read" } }
            .RunAsync(project.Prompt("research", "payment", project.Output("r.md")));

        Assert.Contains("could not be listed", last.Text);
        Assert.Contains("## Recommendations", last.Text);
    }

    [Fact]
    public async Task Plan_NoToolsOffered_AnswersInTextAtOnce()
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var last = await new ToolRunner(client, project.Directory) { Offered = [] }.RunAsync(project.Prompt("research", "payment", project.Output("r.md")));

        Assert.StartsWith("> Rehearsed", last.Text);
        Assert.Single(server.Log.Requests);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(600)]
    [InlineData(1000)]
    [InlineData(2000)]
    [InlineData(3000)]
    [InlineData(5000)]
    [InlineData(50_000)]
    public async Task Plan_Budget_IsKeptWithTheReservesLeft(int budget)
    {
        using var project = new SampleProject(git: true);
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var runner = new ToolRunner(client, project.Directory);
        var output = project.Output("r.md");

        await runner.RunAsync(project.Prompt("analysis", "payment flow", output, budget));

        var report = await File.ReadAllTextAsync(output);
        Assert.Contains("## Recommendations", report);
        Assert.InRange(runner.OutputTokens, 1, Math.Min(budget, 3000));
        if (budget < 600) Assert.DoesNotContain("Bash", runner.Calls);
        if (budget >= 2000)
        {
            // What AWOC leaves for the work: the budget less the report's reserve, and 256 at which it stops an agent.
            var reserve = Math.Min(Math.Min(Math.Max(budget / 4, 1200), budget / 2), 8000);
            Assert.InRange(runner.OutputTokens, 1, budget - reserve - 256);
            Assert.Contains("7 files", report);
        }
    }

    [Fact]
    public async Task Plan_ToolsForbiddenForTheReportTurn_GivesTheReportAsText()
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request(project.Prompt("research", "payment", project.Output("r.md")), maxTokens: 900);
        body["tools"] = new JsonArray(new JsonObject { ["name"] = "Bash", ["input_schema"] = new JsonObject { ["type"] = "object" } });
        body["tool_choice"] = new JsonObject { ["type"] = "none" };

        var answer = await client.AskAsync(body);

        Assert.Equal("end_turn", answer.StopReason);
        Assert.StartsWith("> Rehearsed", answer.Text);
        Assert.Contains("## Key Findings", answer.Text);
    }

    [Fact]
    public async Task Plan_NoTaskInThePrompt_EchoesWhatItSaw()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var answer = await client.AskAsync(ModelClient.Request("<system-reminder>\nnot this\n</system-reminder>What is this?"));

        Assert.Contains("not a language model", answer.Text);
        Assert.Contains("What is this?", answer.Text);
        Assert.DoesNotContain("not this", answer.Text);
    }

    [Fact]
    public async Task Plan_StructuredOutputOffered_CallsItWithAnInstanceOfTheSchema()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request("Give me numbers");
        body["tools"] = new JsonArray(new JsonObject
        {
            ["name"] = "StructuredOutput",
            ["input_schema"] = JsonNode.Parse("""{"type":"object","properties":{"n":{"type":"integer","minimum":3},"kind":{"enum":["a","b"]},"list":{"type":"array","minItems":1,"items":{"type":"string"}}}}"""),
        });

        var tool = Assert.Single((await client.AskAsync(body)).Tools);

        Assert.Equal("""{"n":3,"kind":"a","list":["rehearsed"]}""", tool.Content);
    }

    [Theory]
    [InlineData("Generate a short title for this session.", "Rehearsal")]
    [InlineData("Say whether it isNewTopic", """{"isNewTopic":true,"title":"Rehearsal"}""")]
    public async Task Plan_SideRequestOfAnAgentProgram_GetsAShortAnswer(string system, string expected)
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request("[[rehearse:overload]] work");
        body["system"] = system;

        Assert.Equal(expected, (await client.AskAsync(body)).Text);
    }
}
