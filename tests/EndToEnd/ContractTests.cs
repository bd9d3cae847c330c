using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>Contracts and their mending, with real agents, real daemons and a model server of the test's own.</summary>
public sealed class ContractTests
{
    private const string Words = "The service keeps its state in one file, reads it at the start and writes it back whole after each change, which is simple and slow. ";

    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(60);

    /// <summary>Nothing of what research asks for.</summary>
    private static readonly string s_broken = Write("{{output}}", "# Report\\n\\nIt is fine.\\n");

    private static readonly string s_good = Write(
        "{{output}}",
        "# Report\\n\\n## Executive Summary\\n\\n" + Words + Words + "\\n\\n## Key Findings\\n\\n- " + Words + "\\n\\n## Detailed Analysis\\n\\n" + Words
        + "\\n\\n## Sources and References\\n\\n- https://example.com/state\\n\\n## Recommendations\\n\\n- Write only what has changed.\\n");

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task Run_FirstAnswerBreaksTheContract_IsMendedInTheSameSession(string agent)
    {
        await using var server = await ServeAsync(s_broken, Text("Done."), s_good, Text("Mended."));
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--agent", agent, "--tokens", "20000");
        var status = await awoc.EndOfAsync(id);
        var told = $"{status.ToJsonString()}\n{awoc.Diagnose(id)}";

        Assert.True(((string?)status["outcome"], (string?)status["verification"], (string?)status["result"]) == ("succeeded", "passed", "complete"), told);
        Assert.Contains("## Key Findings", await File.ReadAllTextAsync(Path.Combine(awoc.Work, "r.md")), StringComparison.Ordinal);
        var attempt = Assert.Single(status["attempts"]!.AsArray());
        var said = Assert.Single(Said(awoc, id), line => line.Contains("AWOC: the result breaks its contract.", StringComparison.Ordinal));
        Assert.Contains("Executive Summary", said, StringComparison.Ordinal);
        // One session, by the agent's own events: the mending is a turn of it.
        var events = await File.ReadAllLinesAsync(Path.Combine(awoc.TaskFolder(id), "events.jsonl"));
        var session = (string)attempt!["session"]!;
        Assert.Equal(2, events.Count(line => line.Contains(agent == "claude" ? "\"type\":\"result\"" : "\"type\":\"end\"", StringComparison.Ordinal)));
        Assert.Equal([session], events.Select(SessionOf).OfType<string>().Distinct());
        var mend = Assert.Single(await EventsAsync(awoc, id), e => (string?)e["kind"] == "mend_requested");
        Assert.Contains("missing_section", mend.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("passed", (string?)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "verification.json")))!["verification"]);
    }

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task Run_StaysBroken_FailsWithItsOutputKeptAndTheTargetUntouched(string agent)
    {
        await using var server = await ServeAsync(s_broken, Text("Done."));
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--agent", agent, "--tokens", "20000");
        var status = await awoc.EndOfAsync(id);
        var told = $"{status.ToJsonString()}\n{awoc.Diagnose(id)}";

        Assert.True(((string?)status["outcome"], (string?)status["reason"]) == ("failed", "contract_violated"), told);
        Assert.Equal(("partial", "failed"), ((string?)status["result"], (string?)status["verification"]));
        Assert.False(File.Exists(Path.Combine(awoc.Work, "r.md")));
        Assert.Equal("# Report\n\nIt is fine.\n", (await awoc.AwocAsync("output", id)).Out);
        Assert.Single(Said(awoc, id), line => line.Contains("AWOC: the result breaks its contract.", StringComparison.Ordinal));
        Assert.Equal(5, status["findings"]!.AsArray().Count(finding => (string?)finding!["rule"] == "missing_section"));
        var verified = await awoc.AwocAsync("verify", id);
        Assert.Equal(1, verified.Code);
        Assert.Contains("output.md: error missing_section: the section \"Executive Summary\" is missing", verified.Out, StringComparison.Ordinal);
        Assert.Single(await EventsAsync(awoc, id), e => (string?)e["kind"] == "verified");
    }

    [Fact]
    public async Task Run_MendsOfZero_IsNotAskedToMend()
    {
        await using var server = await ServeAsync(s_broken, Text("Done."), s_good, Text("Mended."));
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--agent", "builtin", "--tokens", "20000", "--mends", "0");
        var status = await awoc.EndOfAsync(id);

        Assert.Equal("contract_violated", (string?)status["reason"]);
        Assert.DoesNotContain(Said(awoc, id), line => line.Contains("breaks its contract", StringComparison.Ordinal));

        // And the same session goes on with it on request.
        Assert.Equal(0, (await awoc.AwocAsync("retry", id, "--resume")).Code);
        status = await awoc.EndOfAsync(id);
        Assert.True(((string?)status["outcome"], (string?)status["verification"]) == ("succeeded", "passed"), status.ToJsonString() + awoc.Diagnose(id));
    }

    [Fact]
    public async Task Run_NoBudgetLeftForAMending_IsNotAskedToMend()
    {
        await using var server = await ServeAsync(s_broken, """  - text: {text: "Done.", tokens: 900}""", s_good, Text("Mended."));
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--agent", "builtin", "--tokens", "2500");
        var status = await awoc.EndOfAsync(id);

        Assert.True((string?)status["reason"] == "contract_violated", status.ToJsonString() + awoc.Diagnose(id));
        Assert.DoesNotContain(Said(awoc, id), line => line.Contains("breaks its contract", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KillDaemon_AboutTheMending_IsAskedForOnce(bool afterTheNote)
    {
        await using var server = await ServeAsync(s_broken, Text("Done."), s_good + "\n    delay: 2s", Text("Mended."));
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--tokens", "20000");
        var daemon = await awoc.DaemonPidAsync();
        if (afterTheNote)
        {
            var log = Path.Combine(awoc.TaskFolder(id), "background.log");
            await Eventually.TrueAsync(() => Task.FromResult(File.ReadAllText(log).Contains("asked to mend", StringComparison.Ordinal)), s_soon, "the mending");
        }
        else
        {
            await server.Log.WaitAsync(log => log.MessageRequests.Count(r => r.Status == 200) >= 2, s_soon);
        }

        Processes.Kill(daemon);
        var status = await awoc.EndOfAsync(id);
        var told = $"{status.ToJsonString()}\n{awoc.Diagnose(id)}";

        Assert.True(((string?)status["outcome"], (string?)status["verification"]) == ("succeeded", "passed"), told);
        Assert.Single(status["attempts"]!.AsArray());
        Assert.Single(Said(awoc, id), line => line.Contains("AWOC: the result breaks its contract.", StringComparison.Ordinal));
        Assert.Single(await EventsAsync(awoc, id), e => (string?)e["kind"] == "mend_requested");
    }

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task Run_SchemaAndStructuredOutput_IsTheResult(string agent)
    {
        await using var server = await ServeAsync("""  - tool: {name: StructuredOutput, input: {name: widget, count: 3}}""", Text("Done."));
        await using var awoc = Sandbox(server);
        await WriteSchemaAsync(awoc);
        var id = await awoc.LaunchAsync("custom:count the widgets", "n.json", "--agent", agent, "--schema", "s.json", "--tokens", "20000");
        var status = await awoc.EndOfAsync(id);

        Assert.True(((string?)status["outcome"], (string?)status["verification"]) == ("succeeded", "passed"), $"{status.ToJsonString()}\n{awoc.Diagnose(id)}");
        var result = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(awoc.Work, "n.json")))!;
        Assert.Equal(("widget", 3), ((string?)result["name"], (int)result["count"]!));
        Assert.Contains("\"minimum\": 1", await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "task-prompt.txt")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task Run_SchemaBrokenByAFile_IsMendedWithThePlaceNamed(string agent)
    {
        await using var server = await ServeAsync(
            Write("{{output}}", "{\\n  \\\"name\\\": \\\"widget\\\",\\n  \\\"count\\\": 0\\n}\\n"), Text("Done."),
            Write("{{output}}", "{\\n  \\\"name\\\": \\\"widget\\\",\\n  \\\"count\\\": 3\\n}\\n"), Text("Mended."));
        await using var awoc = Sandbox(server);
        await WriteSchemaAsync(awoc, type: "array");
        await WriteSchemaAsync(awoc);
        // Not plainly an object's, so that no agent takes it natively.
        var schema = Path.Combine(awoc.Work, "s.json");
        await File.WriteAllTextAsync(schema, "{\"allOf\": [" + await File.ReadAllTextAsync(schema) + "]}");
        var id = await awoc.LaunchAsync("custom:count the widgets", "n.json", "--agent", agent, "--schema", "s.json", "--tokens", "20000");
        var status = await awoc.EndOfAsync(id);

        Assert.True(((string?)status["outcome"], (string?)status["verification"]) == ("succeeded", "passed"), $"{status.ToJsonString()}\n{awoc.Diagnose(id)}");
        var said = Assert.Single(Said(awoc, id), line => line.Contains("breaks its contract", StringComparison.Ordinal));
        Assert.Contains("line 3: /count must be at least 1", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SchemaNeverKept_FailsAndKeepsTheOutput()
    {
        await using var server = await ServeAsync(Text("There are about three widgets."));
        await using var awoc = Sandbox(server);
        await WriteSchemaAsync(awoc);
        var id = await awoc.LaunchAsync("custom:count the widgets", "n.json", "--schema", "s.json", "--tokens", "20000");
        var status = await awoc.EndOfAsync(id);

        Assert.True(((string?)status["outcome"], (string?)status["reason"]) == ("failed", "contract_violated"), $"{status.ToJsonString()}\n{awoc.Diagnose(id)}");
        Assert.False(File.Exists(Path.Combine(awoc.Work, "n.json")));
        Assert.Equal("There are about three widgets.\n", (await awoc.AwocAsync("output", id)).Out);
    }

    [Fact]
    public async Task Run_SchemaAndSpentBudget_StillLands()
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = "turns?n=200&tokens=150" });
        await using var awoc = Sandbox(server);
        await WriteSchemaAsync(awoc);
        var id = await awoc.LaunchAsync("custom:count the widgets", "n.json", "--schema", "s.json", "--tokens", "2000");
        var status = await awoc.EndOfAsync(id);

        Assert.True(((string?)status["outcome"], (string?)status["reason"]) == ("budget_exhausted", "tokens"), $"{status.ToJsonString()}\n{awoc.Diagnose(id)}");
        Assert.Equal("partial", (string?)status["result"]);
        Assert.True(server.Log.TotalGeneratedTokens <= 2000, $"{server.Log.TotalGeneratedTokens} tokens");
        // Claude Code asks its model once more for the structured output, within the reserve.
        Assert.InRange(server.Log.MessageRequests.Count(r => r.ToolChoice == "none"), 1, 2);
    }

    [Fact]
    public async Task Run_BadSchema_IsRefusedWithFileLineAndKeyword()
    {
        await using var awoc = new AwocSandbox().Rehearsed();
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "s.json"), "{\n  \"type\": \"array\",\n  \"prefixItems\": [{}],\n  \"items\": {\"$ref\": \"https://example.com/x.json\"}\n}");
        var ran = await awoc.AwocAsync("run", "custom:x", "n.json", "--schema", "s.json", "--mends", "many");

        Assert.Equal(2, ran.Code);
        Assert.Contains("s.json:3", ran.Error, StringComparison.Ordinal);
        Assert.Contains("prefixItems is not enforced by the validator", ran.Error, StringComparison.Ordinal);
        Assert.Contains("s.json:4", ran.Error, StringComparison.Ordinal);
        Assert.Contains("nothing is fetched", ran.Error, StringComparison.Ordinal);
        Assert.Contains("--mends", ran.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await awoc.AwocAsync("run", "custom:x", "n.md", "--schema", "s.json")).Code);
        Assert.Equal(2, (await awoc.AwocAsync("run", "custom:x", "n.json", "--schema", "no-such.json")).Code);
    }

    [Fact]
    public async Task Verify_Files_SaysWhatIsWrongAndWhere()
    {
        await using var awoc = new AwocSandbox().Rehearsed();
        string At(string name) => Path.Combine(awoc.Work, name);
        await File.WriteAllTextAsync(At("code.cs"), "class A;\n");
        await File.WriteAllTextAsync(At("good.md"), "# N\n\nSee `code.cs:1`.\n");
        await File.WriteAllTextAsync(At("bad.md"), "# N\n\nSee `code.cs:99` and `gone.cs`.\n");
        await File.WriteAllTextAsync(At("n.json"), "{\n  \"name\": 1\n}");
        await File.WriteAllBytesAsync(At("binary.md"), [0x23, 0x00, 0xff]);
        await WriteSchemaAsync(awoc);

        Assert.Equal(0, (await awoc.AwocAsync("verify", "good.md", "--type", "custom", "--strict")).Code);
        var warned = await awoc.AwocAsync("verify", "bad.md", "--type", "custom");
        Assert.Equal(0, warned.Code);
        Assert.Contains($"{At("bad.md")}:3: warning line_out_of_range: ", warned.Out, StringComparison.Ordinal);
        Assert.Contains($"{At("bad.md")}:3: warning dangling_path: ", warned.Out, StringComparison.Ordinal);
        Assert.Equal(1, (await awoc.AwocAsync("verify", "bad.md", "--type", "custom", "--strict")).Code);
        var schema = await awoc.AwocAsync("verify", "n.json", "--schema", "s.json");
        Assert.Equal(1, schema.Code);
        Assert.Contains($"{At("n.json")}:2: error schema: /name must be a text", schema.Out, StringComparison.Ordinal);
        Assert.Contains("/count is missing", schema.Out, StringComparison.Ordinal);
        Assert.Contains("error not_text", (await awoc.AwocAsync("verify", "binary.md", "--type", "custom")).Out, StringComparison.Ordinal);

        await awoc.ShellAsync("mkfifo pipe.md && mkdir dir.md && truncate -s 60M huge.md && ln -s loop.md loop.md");
        foreach (var name in new[] { "pipe.md", "dir.md", "huge.md", "loop.md", "none.md" })
        {
            var refused = await awoc.AwocAsync("verify", name, "--type", "custom");
            Assert.True(refused.Code == 2, $"{name}: {refused.Code} {refused.Error}");
            Assert.Contains(name, refused.Error, StringComparison.Ordinal);
        }

        var unknown = await awoc.AwocAsync("verify", "good.md", "--type", "reserch");
        Assert.Equal(2, unknown.Code);
        Assert.Contains("did you mean research", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await awoc.AwocAsync("verify", "good.md")).Code);
    }

    [Fact]
    public async Task Verify_WithoutAValidator_IsNotPassed()
    {
        await using var awoc = new AwocSandbox().Rehearsed();
        await WriteSchemaAsync(awoc);
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "n.json"), """{"name":"x","count":1}""");
        await awoc.AwocAsync("config", "set", "agents.builtin.path", "/no/such/awoc-agent");
        var ran = await awoc.AwocAsync("verify", "n.json", "--schema", "s.json");

        Assert.Equal(1, ran.Code);
        Assert.Contains("warning not_checked", ran.Out, StringComparison.Ordinal);
        Assert.Contains("/no/such/awoc-agent", ran.Out, StringComparison.Ordinal);
    }

    private static string Write(string path, string content) =>
        "  - tool: {name: Write, input: {file_path: \"" + path + "\", content: \"" + content + "\"}}";

    private static string Text(string words) => $$"""  - text: "{{words}}" """;

    private static Task WriteSchemaAsync(AwocSandbox awoc, string type = "object") => File.WriteAllTextAsync(
        Path.Combine(awoc.Work, "s.json"),
        $$"""
        {
          "type": "{{type}}",
          "properties": { "name": { "type": "string", "minLength": 1 }, "count": { "type": "integer", "minimum": 1 } },
          "required": ["name", "count"]
        }
        """);

    private static async Task<RehearsalServer> ServeAsync(params string[] steps)
    {
        var yaml = "name: contract\nsteps:\n" + string.Join('\n', steps) + "\n";
        return await RehearsalServer.StartAsync(new RehearsalOptions
        {
            Scenario = "contract",
            Scenarios = [ScenarioSource.Parse(yaml) is { Scenario: { } source } ? source : throw new FormatException(yaml)],
        });
    }

    private static AwocSandbox Sandbox(RehearsalServer server)
    {
        var awoc = new AwocSandbox().WithClaude();
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
        awoc.Environment["ANTHROPIC_API_KEY"] = "sk-the-tests-own";
        return awoc;
    }

    private static string[] Said(AwocSandbox awoc, string id)
    {
        var file = Path.Combine(awoc.TaskFolder(id), "attempts", "1", "in.jsonl");
        return File.Exists(file) ? File.ReadAllLines(file) : [];
    }

    private static string? SessionOf(string line)
    {
        var json = JsonNode.Parse(line)!;
        return (string?)json["session_id"] ?? (string?)json["session"];
    }

    private static async Task<List<JsonNode>> EventsAsync(AwocSandbox awoc, string id)
    {
        var ran = await awoc.ShellAsync(
            $"curl -sN --max-time 3 --unix-socket '{Path.Combine(awoc.Home, "run", "awoc.sock")}' 'http://awoc/api/v1/events?after=0&task={id}'; true");
        return [.. ran.Out.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line[6..])!)];
    }
}
