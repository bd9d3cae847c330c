using System.Text.Json.Nodes;

namespace Awoc.Rehearsal.Tests;

/// <summary>A script goes on where its conversation stands, whoever takes it up and whatever was put in between.</summary>
public sealed class ResumeTests
{
    [Fact]
    public async Task Steps_TakenUpAfterTwenty_GoesOnWithTheTwentyFirst()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var body = Conversation("steps?n=30", 20);
        Say(body, "user", "[Request interrupted by user for tool use]");
        Assert.StartsWith("Step 21 of 30.", (await client.AskAsync(body)).Text);
        Assert.StartsWith("Step 21 of 30.", (await client.AskAsync(body, ("x-claude-code-session-id", "forked"))).Text);
    }

    [Theory]
    [InlineData("No response requested.")]
    [InlineData("API Error: 529 Overloaded")]
    [InlineData("> Rehearsed: this report was written by AWOC's rule-based rehearsal planner")]
    public async Task Steps_WithWordsThatAreNoStepInBetween_CountsTheStepsAlone(string words)
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var body = Conversation("steps?n=30", 20);
        Say(body, "user", "Continue from where you left off.");
        Say(body, "assistant", words);
        Say(body, "user", "Go on.");
        Assert.StartsWith("Step 21 of 30.", (await client.AskAsync(body)).Text);
    }

    [Fact]
    public async Task Steps_LastCallCutByALimit_IsDoneAgainWhenTakenUp()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var body = Conversation("steps?n=30", 20);
        var messages = body["messages"]!.AsArray();
        messages[^2]!["content"]![0]!["input"] = new JsonObject { ["__unparsedToolInput"] = new JsonObject { ["raw"] = "{\"command\":\"ec" } };
        // The agent was told that it was cut: what comes next is the next step.
        Assert.StartsWith("Step 21 of 30.", (await client.AskAsync(body)).Text);
        Say(body, "user", "You were cut off. Go on.");
        Assert.StartsWith("Step 20 of 30.", (await client.AskAsync(body)).Text);
    }

    [Fact]
    public async Task Fault_InAResumedConversationOfATask_IsNotServedAgain()
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions
        {
            Scenario = "x",
            Scenarios = [Source("name: x\nsteps: [{tool: {name: Bash, input: {command: ls}}, repeat: 2}, {error: {status: 529, times: 2}}, {text: through}]")],
        });
        using var client = new ModelClient(server.BaseUrl);
        var body = Conversation("x", 2);
        body["messages"]![0]!["content"] = project.Prompt("research", "payment", project.Output("r.md"));
        for (var i = 0; i < 2; i++) Assert.Equal(529, (await client.FailAsync(body, ("x-claude-code-session-id", "first"))).Status);
        Assert.Equal("through", (await client.AskAsync(body, ("x-claude-code-session-id", "forked"))).Text);
    }

    [Fact]
    public async Task Subagents_ByHeaderOrByWords_FollowTheirOwnSteps()
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions
        {
            Scenario = "x",
            Scenarios = [Source("name: x\nsteps: [{text: main}]\nsubagents: [{when: part two, steps: [{text: second}]}, {steps: [{text: any}]}]")],
        });
        using var client = new ModelClient(server.BaseUrl);
        var agent = ("x-claude-code-agent-id", "a1");
        Assert.Equal("main", (await client.AskAsync(ModelClient.Request("do it"))).Text);
        Assert.Equal("any", (await client.AskAsync(ModelClient.Request("part one"), agent)).Text);
        Assert.Equal("second", (await client.AskAsync(ModelClient.Request("part two"), agent)).Text);
        Assert.Equal("second", (await client.AskAsync(ModelClient.Request("part two"))).Text);
        Assert.Equal([null, "a1", "a1", null], server.Log.MessageRequests.Select(r => r.AgentId));
    }

    [Fact]
    public async Task Thinking_TurnedOffByTheRequest_IsLeftOut()
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions
        {
            Scenario = "x",
            Scenarios = [Source("name: x\nsteps: [{thinking: {tokens: 50}, text: {text: a, tokens: 7}}]")],
        });
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request("x");
        Assert.Equal(57, (await client.AskAsync(body)).Output);
        body["thinking"] = new JsonObject { ["type"] = "disabled" };
        Assert.Equal(7, (await client.AskAsync(body)).Output);
    }

    private static Scenarios.ScenarioSource Source(string yaml) => Scenarios.ScenarioSource.Parse(yaml).Scenario!;

    private static void Say(JsonObject body, string role, string text) =>
        body["messages"]!.AsArray().Add(new JsonObject { ["role"] = role, ["content"] = text });

    /// <summary>So many Bash calls with their results.</summary>
    private static JsonObject Conversation(string scenario, int calls)
    {
        var body = ModelClient.Request($"[[rehearse:{scenario}]]");
        for (var i = 1; i <= calls; i++)
        {
            body["messages"]!.AsArray().Add(new JsonObject
            {
                ["role"] = "assistant",
                ["content"] = new JsonArray(new JsonObject { ["type"] = "tool_use", ["id"] = $"toolu_{i}", ["name"] = "Bash", ["input"] = new JsonObject { ["command"] = $"echo {i}" } }),
            });
            body["messages"]!.AsArray().Add(new JsonObject
            {
                ["role"] = "user",
                ["content"] = new JsonArray(new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = $"toolu_{i}", ["content"] = "" }),
            });
        }

        return body;
    }
}
