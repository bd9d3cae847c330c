using System.Diagnostics;
using System.Text.Json.Nodes;
using Awoc.Rehearsal.Scenarios;

namespace Awoc.Rehearsal.Tests;

public sealed class ScenarioTests
{
    [Fact]
    public async Task Scenario_ChosenByPathHeaderModelOrPrompt_Answers()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        using var byPath = new ModelClient(server.ScenarioUrl("turns?n=1&tokens=40"));

        Assert.Equal("Done.", (await client.AskAsync(ModelClient.Request("x [[rehearse:ok]]"))).Text);
        Assert.Equal("Done.", (await client.AskAsync(ModelClient.Request("x", model: "rehearsal/ok"))).Text);
        Assert.Equal("Done.", (await client.AskAsync(ModelClient.Request("x"), ("x-awoc-scenario", "ok"))).Text);
        Assert.Equal(40, (await byPath.AskAsync(ModelClient.Request("x"))).Output);
        Assert.Equal(["ok", "ok", "ok", "turns,n=1,tokens=40"], server.Log.MessageRequests.Select(r => r.Scenario!.TrimStart()));
    }

    [Fact]
    public async Task Scenario_MarkerInAReminderOrAToolResult_IsNotAChoice()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var answer = await client.AskAsync(ModelClient.Request("<system-reminder>[[rehearse:auth]]</system-reminder>hello"));

        Assert.Contains("rehearsal planner", answer.Text);
    }

    [Fact]
    public async Task Scenario_MarkerInALaterPrompt_TakesOverFromThere()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request("[[rehearse:ok]]");
        body["messages"]!.AsArray().Add(new JsonObject { ["role"] = "assistant", ["content"] = "Done." });
        body["messages"]!.AsArray().Add(new JsonObject { ["role"] = "user", ["content"] = "[[rehearse:turns?n=3]]" });

        Assert.StartsWith("Turn 1 of 3.", (await client.AskAsync(body)).Text);
    }

    [Theory]
    [InlineData("nope", "there is no scenario 'nope'")]
    [InlineData("turns?speed=9", "has no parameter 'speed': it takes n, tokens, delay")]
    [InlineData("turns?n=many", "'many' is not a whole number from 1 to 1000000")]
    public async Task Scenario_UnknownOrWronglyParameterised_SaysWhatIsAllowed(string choice, string expected)
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var (status, _, message) = await client.FailAsync(ModelClient.Request($"[[rehearse:{choice}]]"));

        Assert.Equal(400, status);
        Assert.Contains(expected, message);
    }

    [Theory]
    [InlineData("auth", 401, "authentication_error", "invalid x-api-key")]
    [InlineData("bad-request", 400, "invalid_request_error", "messages.0.content: Input should be a valid string or list")]
    [InlineData("billing", 400, "invalid_request_error", "Your credit balance is too low")]
    [InlineData("server-error", 500, "api_error", "Internal server error")]
    public async Task Scenario_LastingError_AnswersItEachTime(string name, int status, string type, string message)
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        for (var i = 0; i < 12; i++)
        {
            var error = await client.FailAsync(ModelClient.Request($"[[rehearse:{name}]]"));
            Assert.Equal((status, type), (error.Status, error.Type));
            Assert.StartsWith(message, error.Message);
        }
    }

    [Fact]
    public async Task Scenario_Overload_RecoversPerConversationIntoTheRealTask()
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = "overload" });
        using var client = new ModelClient(server.BaseUrl);
        var output = project.Output("r.md");
        var prompt = project.Prompt("research", "payment", output);
        foreach (var conversation in new[] { prompt, prompt.Replace("abcdef012345", "abcdef012346", StringComparison.Ordinal) })
        {
            for (var i = 0; i < 3; i++)
                Assert.Equal((529, "overloaded_error", "Overloaded"), await client.FailAsync(ModelClient.Request(conversation), ("x-claude-code-session-id", $"{i}")));
        }

        // Another session of the same task is the same conversation, taken up again.
        await new ToolRunner(client, project.Directory).RunAsync(prompt, headers: ("x-claude-code-session-id", "resumed"));

        Assert.Contains("7 files", await File.ReadAllTextAsync(output));
    }

    [Fact]
    public async Task Scenario_RateLimit_SendsRetryAfterAndEmptyLimits()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        for (var i = 0; i < 2; i++)
        {
            using var response = await client.PostAsync(ModelClient.Request("[[rehearse:rate-limit?retryAfter=7]]"));
            Assert.Equal(429, (int)response.StatusCode);
            Assert.Equal("7", response.Headers.GetValues("retry-after").Single());
            Assert.Equal("0", response.Headers.GetValues("anthropic-ratelimit-tokens-remaining").Single());
            Assert.Equal("rate_limit_error", (await ModelClient.ErrorOfAsync(response)).Type);
        }

        Assert.Contains("rehearsal planner", (await client.AskAsync(ModelClient.Request("[[rehearse:rate-limit?retryAfter=7]]"))).Text);
    }

    [Fact]
    public async Task Scenario_Slow_StreamsAtItsPace()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var clock = Stopwatch.StartNew();

        var answer = await client.AskAsync(ModelClient.Request("[[rehearse:slow?tokens=80&delay=30ms]]", stream: true));

        Assert.Equal(80, answer.Output);
        Assert.True(clock.ElapsedMilliseconds >= 250, $"{clock.ElapsedMilliseconds} ms for ten deltas 30 ms apart");
    }

    [Fact]
    public async Task Scenario_SlowStreamAbandoned_RecordsTheDisconnectAndWhatWasGenerated()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        using (await client.PostAsync(ModelClient.Request("[[rehearse:slow?tokens=100000&delay=5ms]]", maxTokens: 100_000, stream: true)))
            await server.Log.WaitAsync(l => l.TotalGeneratedTokens >= 24);

        await server.Log.WaitAsync(l => l.Requests.All(r => r.HasEnded));

        var request = server.Log.Requests.Single();
        Assert.True(request.ClientDisconnected);
        Assert.InRange(request.GeneratedTokens, 24, 99_999);
        Assert.Equal(request.GeneratedTokens, server.Log.TotalGeneratedTokens);
    }

    [Fact]
    public async Task Scenario_Hang_SendsHeadersAndThenNothing()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        using (var response = await client.PostAsync(ModelClient.Request("[[rehearse:hang]]", stream: true)))
        {
            Assert.Equal(200, (int)response.StatusCode);
            Assert.False(server.Log.Requests.Single().HasEnded);
        }

        await server.Log.WaitAsync(l => l.Requests.Single().HasEnded);
        Assert.True(server.Log.Requests.Single().ClientDisconnected);
    }

    [Fact]
    public async Task Server_DisposedWhileARequestHangs_EndsAtOnce()
    {
        var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        using var response = await client.PostAsync(ModelClient.Request("[[rehearse:hang]]", stream: true));

        await server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.True(server.Log.Requests.Single().HasEnded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Scenario_Cut_BreaksTheConnectionOnceAndCountsWhatWasGenerated(bool stream)
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var received = new MemoryStream();
        using (var response = await client.PostAsync(ModelClient.Request("[[rehearse:cut]]", stream: stream)))
            await Assert.ThrowsAsync<HttpIOException>(async () => await (await response.Content.ReadAsStreamAsync()).CopyToAsync(received));
        Assert.Contains("This answer", System.Text.Encoding.UTF8.GetString(received.ToArray()));
        await server.Log.WaitAsync(l => l.Requests.All(r => r.HasEnded));

        var first = server.Log.Requests.Single();
        Assert.Equal((true, false, 200, 200L), (first.Cut, first.ClientDisconnected, first.GeneratedTokens, server.Log.TotalGeneratedTokens));
        Assert.StartsWith("This answer is whole.", (await client.AskAsync(ModelClient.Request("[[rehearse:cut]]", stream: false))).Text);
    }

    [Theory]
    [InlineData("refusal", "refusal")]
    [InlineData("max-tokens", "max_tokens")]
    [InlineData("ok", "end_turn")]
    [InlineData("text-only", "end_turn")]
    public async Task Scenario_Text_EndsWithItsStopReason(string name, string stopReason)
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var answer = await client.AskAsync(ModelClient.Request($"[[rehearse:{name}]]", stream: true));

        Assert.Equal(stopReason, answer.StopReason);
        Assert.NotEmpty(answer.Text);
        Assert.Empty(answer.Tools);
    }

    [Fact]
    public async Task Scenario_Turns_CountsOffItsTurnsAtTheirExactSize()
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var runner = new ToolRunner(client, project.Directory);

        var last = await runner.RunAsync("[[rehearse:turns]] go");

        Assert.Equal("Done: 20 turns.", last.Text);
        Assert.Equal(20, runner.Calls.Count);
        Assert.Equal(20 * 250 + last.Output, server.Log.TotalGeneratedTokens);
    }

    [Fact]
    public async Task Scenario_Sleep_AsksForASleepingBash()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var tool = Assert.Single((await client.AskAsync(ModelClient.Request("[[rehearse:sleep]]", stream: true))).Tools);

        Assert.Equal("Bash", tool.Name);
        Assert.Equal("sleep 1000", (string?)JsonNode.Parse(tool.Content)!["command"]);
    }

    [Fact]
    public async Task Scenario_WriteTarget_WritesTheOutputOfThePrompt()
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var output = project.Output("it's \"here\".md");

        var last = await new ToolRunner(client, project.Directory).RunAsync("[[rehearse:write-target]]\n" + project.Prompt("research", "x", output));

        Assert.Contains("Task 1763900000-abcdef012345 of type research.", await File.ReadAllTextAsync(output));
        Assert.Contains(output, last.Text);
    }

    [Fact]
    public async Task Scenario_Echo_SaysThePromptBack()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        Assert.Equal("say this [[rehearse:echo]]", (await client.AskAsync(ModelClient.Request("say this [[rehearse:echo]]"))).Text);
    }

    [Fact]
    public async Task Scenario_WithEveryStepOption_PlaysInOrderAndEndsWithAnError()
    {
        var reading = ScenarioSource.Parse("""
            name: mixed
            end: error
            steps:
              - thinking: {tokens: 30}
                text: {text: Thinking aloud, tokens: 20}
                tools:
                  - {name: Read, input: {file_path: "{{cwd}}/a", limit: 5, flags: [true, null, 1.5, "2"]}}
                  - {name: Grep, input: {pattern: x}}
                usage: {input: 1000, cacheRead: 10, cacheWrite: 100}
                headers: {x-test: "yes"}
              - error: {status: 503, message: Down, retryAfter: 3, shouldRetry: false, times: 2}
              - text: end
                delay: 1ms
            """);
        Assert.Empty(reading.Faults);
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenarios = [reading.Scenario!], Scenario = "mixed" });
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request("go", stream: true);

        var first = await client.AskAsync(body);
        Assert.Equal(["thinking", "text", "tool_use", "tool_use"], first.Blocks.Select(b => b.Type));
        Assert.Equal("""{"file_path":"./a","limit":5,"flags":[true,null,1.5,"2"]}""", first.Blocks[2].Content);
        Assert.Equal((1000, 10, 100), ((int)first.Usage["input_tokens"]!, (int)first.Usage["cache_read_input_tokens"]!, (int)first.Usage["cache_creation_input_tokens"]!));

        Continue(body, first);
        for (var i = 0; i < 2; i++)
        {
            using var down = await client.PostAsync(body);
            Assert.Equal(("503", "3", "false"), (((int)down.StatusCode).ToString(), down.Headers.GetValues("retry-after").Single(), down.Headers.GetValues("x-should-retry").Single()));
        }

        var second = await client.AskAsync(body);
        Assert.Equal("end", second.Text);
        Continue(body, second);
        Assert.Contains("scenario 'mixed' is at its end after 2 answers", (await client.FailAsync(body)).Message);
    }

    private static void Continue(JsonObject body, Answer answer)
    {
        var messages = body["messages"]!.AsArray();
        messages.Add(new JsonObject { ["role"] = "assistant", ["content"] = answer.Content.DeepClone() });
        var results = answer.Tools.Select(t => (JsonNode)new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = t.Id, ["content"] = "ok" }).ToArray();
        messages.Add(new JsonObject { ["role"] = "user", ["content"] = results.Length > 0 ? new JsonArray(results) : "go on" });
    }
}
