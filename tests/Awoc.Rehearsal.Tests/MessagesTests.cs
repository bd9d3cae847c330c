using System.Net;
using System.Text.Json.Nodes;
using Awoc.Rehearsal.Scenarios;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Rehearsal.Tests;

public sealed class MessagesTests
{
    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"\ud800"}]}""", "not valid JSON")]
    [InlineData("[]", "Input should be a valid dictionary or object")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", "model: Field required")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}]}""", "max_tokens: Field required")]
    [InlineData("""{"model":"m","max_tokens":0,"messages":[{"role":"user","content":"x"}]}""", "max_tokens: must be greater than or equal to 1")]
    [InlineData("""{"model":"m","max_tokens":"9","messages":[{"role":"user","content":"x"}]}""", "max_tokens: Input should be a valid integer")]
    [InlineData("""{"model":"m","max_tokens":1}""", "messages: Field required")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[]}""", "messages: at least one message is required")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":"x"}]}""", "first message must use the \"user\" role")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"robot","content":"x"}]}""", "messages.0.role: Input should be 'user' or 'assistant'")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"system","content":"x"}]}""", "Unexpected role \"system\"")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user"}]}""", "messages.0.content: Field required")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":7}]}""", "messages.0.content: Input should be a valid string or list")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":""}]}]}""", "text content blocks must be non-empty")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_9","content":"x"}]}]}""", "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_9")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_8","name":"Bash","input":{}}]},{"role":"user","content":"y"}]}""", "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_8")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tool_choice":{"type":"any"}}""", "tool_choice may only be specified while providing tools")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"a","input_schema":{}},{"name":"a","input_schema":{}}]}""", "Tool names must be unique")]
    [InlineData("""{"model":"m","max_tokens":1024,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"x"}]}""", "`max_tokens` must be greater than `thinking.budget_tokens`")]
    public async Task Messages_MalformedBody_Answers400InTheApisWords(string body, string expected)
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        using var response = await client.PostAsync("/v1/messages", body);
        var (status, type, message) = await ModelClient.ErrorOfAsync(response);

        Assert.Equal(400, status);
        Assert.Equal("invalid_request_error", type);
        Assert.Contains(expected, message);
        Assert.Equal(0, server.Log.TotalGeneratedTokens);
    }

    [Fact]
    public async Task Messages_SystemRoleUnderItsBeta_IsAccepted()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request("first");
        body["messages"]!.AsArray().Add(new JsonObject { ["role"] = "system", ["content"] = "The user sent a new message" });

        Assert.Equal(400, (await client.FailAsync(body)).Status);
        await client.AskAsync(body, ("anthropic-beta", "mid-conversation-system-2026-01-01"));
    }

    [Theory]
    [InlineData("GET", "/nope", 404, "not_found_error")]
    [InlineData("POST", "/v1/complete", 404, "not_found_error")]
    [InlineData("GET", "/v1/models/gpt-1", 404, "not_found_error")]
    [InlineData("GET", "/v1/messages", 405, "invalid_request_error")]
    public async Task Server_UnknownRouteOrMethod_AnswersInTheApisShape(string method, string path, int status, string type)
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        using var response = await client.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), server.BaseUrl + path));

        var error = await ModelClient.ErrorOfAsync(response);
        Assert.Equal((status, type), (error.Status, error.Type));
    }

    [Fact]
    public async Task Server_HeadAndModels_Answer()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        using var head = await client.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, server.BaseUrl + "/"));
        var models = JsonNode.Parse(await client.Http.GetStringAsync(server.BaseUrl + "/v1/models"))!;
        var one = JsonNode.Parse(await client.Http.GetStringAsync(server.BaseUrl + "/v1/models/rehearsal/turns"))!;

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        var ids = models["data"]!.AsArray().Select(m => (string)m!["id"]!).ToList();
        Assert.Contains("rehearsal", ids);
        Assert.All(BuiltInScenarios.All, s => Assert.Contains("rehearsal/" + s.Name, ids));
        Assert.Equal("rehearsal/turns", (string?)one["id"]);
    }

    [Fact]
    public async Task Messages_Answered_CarryTheApisHeadersAndUsageShape()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        using var response = await client.PostAsync("/v1/messages?beta=true", ModelClient.Request("hello").ToJsonString());
        var message = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.StartsWith("req_", response.Headers.GetValues("request-id").Single());
        Assert.Equal("4000", response.Headers.GetValues("anthropic-ratelimit-requests-limit").Single());
        Assert.StartsWith("msg_", (string?)message["id"]);
        Assert.Equal(
            ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation", "output_tokens", "service_tier"],
            message["usage"]!.AsObject().Select(p => p.Key));
        Assert.Equal(TokenEstimate.Of((string)message["content"]![0]!["text"]!), (int)message["usage"]!["output_tokens"]!);
    }

    [Fact]
    public async Task CountTokens_SamePrompt_AgreesWithTheUsageOfTheAnswer()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request("count me, äöü");
        body["system"] = "Be short.";

        var answer = await client.AskAsync(body);
        body.Remove("max_tokens");
        using var response = await client.PostAsync("/v1/messages/count_tokens", body.ToJsonString());
        var counted = (int)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["input_tokens"]!;

        Assert.Equal((int)answer.Usage["input_tokens"]!, counted);
    }

    [Fact]
    public async Task Messages_MarkedPrefix_IsWrittenThenReadThenExpires()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Time = time });
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request("first");
        body["system"] = new JsonArray(new JsonObject
        {
            ["type"] = "text",
            ["text"] = new string('s', 8000),
            ["cache_control"] = new JsonObject { ["type"] = "ephemeral" },
        });

        var first = (await client.AskAsync(body)).Usage;
        body["messages"]![0]!["content"] = "second, another prompt";
        var second = (await client.AskAsync(body)).Usage;
        time.Advance(TimeSpan.FromMinutes(6));
        var third = (await client.AskAsync(body)).Usage;

        var written = (int)first["cache_creation_input_tokens"]!;
        Assert.InRange(written, 2000, 2050);
        Assert.Equal(written, (int)first["cache_creation"]!["ephemeral_5m_input_tokens"]!);
        Assert.Equal((0, written), ((int)second["cache_creation_input_tokens"]!, (int)second["cache_read_input_tokens"]!));
        Assert.Equal((written, 0), ((int)third["cache_creation_input_tokens"]!, (int)third["cache_read_input_tokens"]!));
    }

    [Fact]
    public async Task Messages_PromptLargerThanTheWindow_IsRefusedAsTooLong()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var (status, _, message) = await client.FailAsync(ModelClient.Request(new string('x', 900_000)));

        Assert.Equal(400, status);
        Assert.Matches("^prompt is too long: 22500[0-9] tokens > 200000 maximum$", message);
    }

    [Fact]
    public async Task Messages_StopSequence_EndsTheTextBeforeIt()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request("one STOP two", stream: true, model: "rehearsal/echo");
        body["stop_sequences"] = new JsonArray("STOP");

        var answer = await client.AskAsync(body);

        Assert.Equal(("one ", "stop_sequence"), (answer.Text, answer.StopReason));
    }

    [Fact]
    public async Task Server_WithAKeyOfItsOwn_RefusesOthersAndRecordsThem()
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { ApiKey = "right" });
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request("x", model: "rehearsal/ok");

        Assert.Equal((401, "authentication_error", "x-api-key header is required"), await client.FailAsync(body));
        Assert.Equal((401, "authentication_error", "invalid x-api-key"), await client.FailAsync(body, ("x-api-key", "wrong")));
        await client.AskAsync(body, ("x-api-key", "right"));
        await client.AskAsync(body, ("authorization", "Bearer right"));

        Assert.Equal([null, "wrong", "right", "right"], server.Log.Requests.Select(r => r.Credential));
        Assert.Equal([401, 401, 200, 200], server.Log.Requests.Select(r => r.Status));
    }

    [Fact]
    public async Task Log_Requests_HoldWhatWasAskedAndGenerated()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        await client.AskAsync(ModelClient.Request("x", maxTokens: 77, model: "rehearsal/turns?tokens=50"), ("x-claude-code-session-id", "s1"));
        await server.Log.WaitAsync(l => l.Requests.All(r => r.HasEnded));

        var request = Assert.Single(server.Log.MessageRequests);
        Assert.Equal((77, 50, 50, "tool_use", "s1"), (request.MaxTokens, request.GeneratedTokens, request.Usage!.Output, request.StopReason, request.Headers["x-claude-code-session-id"]));
        Assert.Contains("\"max_tokens\":77", request.Body);
        Assert.False(request.ClientDisconnected);
    }

    [Fact]
    public void Log_OverItsBounds_ForgetsTheOldestButKeepsTheTotals()
    {
        var log = new RehearsalLog(maxEntries: 2, maxBodyBytes: 10);
        for (var i = 1; i <= 3; i++)
        {
            var request = new RecordedRequest(i, "POST", "/v1/messages", DateTimeOffset.UnixEpoch);
            log.Add(request);
            log.KeepBody(request, "12345678");
            log.Generated(5);
        }

        Assert.Equal((3, 15), (log.Count, log.TotalGeneratedTokens));
        Assert.Equal([2L, 3L], log.Requests.Select(r => r.Number));
        Assert.Equal([null, "12345678"], log.Requests.Select(r => r.Body));
    }

    [Fact]
    public async Task Server_OnAUnixSocket_Answers()
    {
        var path = Path.Combine(Path.GetTempPath(), $"awoc-{Guid.NewGuid():n}.sock");
        await using (await RehearsalServer.StartAsync(new RehearsalOptions { SocketPath = path }))
        {
            using var http = ModelClient.OverSocket(path);
            Assert.Contains("rehearsal", await http.GetStringAsync(new Uri("http://localhost/v1/models")));
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.False(File.Exists(path));
    }
}
