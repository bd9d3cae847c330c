using System.Text.Json.Nodes;
using Awoc.Rehearsal.Replay;
using Awoc.Rehearsal.Scenarios;

namespace Awoc.Rehearsal.Tests;

/// <summary>Scenarios made of records: by the lines of hand-made records, and by what they then answer.</summary>
public sealed class ReplayTests
{
    private const string Hard = "first\n\n\tsecond \"quoted\" {{cwd}} {{ nobody }} {{{task}}} # no comment\r\nC:\\x é 日本 🙂 \u2028 \u0001 end\n";

    [Theory]
    [InlineData("one line")]
    [InlineData("")]
    [InlineData("  leading\nblanks")]
    [InlineData("# Heading\n\n- a: b\n- 'c'\n    four\n")]
    [InlineData("two at its end\n\n")]
    [InlineData("a line of blanks\n   \nin it")]
    [InlineData("--- \n... \n%x\n")]
    [InlineData("null")]
    [InlineData("12")]
    [InlineData(Hard)]
    public async Task Make_AnyText_IsSaidAgainToTheCharacter(string text)
    {
        var made = Make(RecordedLines.Line(1, RecordedLines.Request(RecordedLines.Prompt()), 200, RecordedLines.Message(40, RecordedLines.Text(text))));
        var answer = await AskAsync(made, RecordedLines.Request(RecordedLines.Prompt()));
        Assert.Equal(text, answer.Text);
        if (text.Length > 0) Assert.Equal((40, 11, 22, 33), (answer.Output, (int)answer.Usage["input_tokens"]!, (int)answer.Usage["cache_read_input_tokens"]!, (int)answer.Usage["cache_creation_input_tokens"]!));
    }

    [Fact]
    public async Task Make_ToolInput_KeepsTypesAndTurnsTheRunsPathsIntoVariables()
    {
        var input = new JsonObject
        {
            ["file_path"] = RecordedLines.Output,
            ["command"] = $"cd {RecordedLines.Cwd} && cat {RecordedLines.Cwd}-old/x {RecordedLines.Cwd}/notes.txt",
            ["n"] = 3,
            ["ratio"] = 1e2,
            ["yes"] = true,
            ["nothing"] = null,
            ["empty"] = new JsonObject(),
            ["list"] = new JsonArray("a: b", 1, new JsonObject { ["odd key"] = "true" }),
            ["id"] = "task 1763876543-9f86d081884c",
        };
        var made = Make(RecordedLines.Line(1, RecordedLines.Request(RecordedLines.Prompt()), 200, RecordedLines.Message(
            60, RecordedLines.Text("Words."), new JsonObject { ["type"] = "tool_use", ["id"] = "t1", ["name"] = "Bash", ["input"] = input })));

        Assert.DoesNotContain("/home/one/.awoc", made.Yaml, StringComparison.Ordinal);
        var answer = await AskAsync(made, RecordedLines.Request(RecordedLines.Prompt("/other/out.md", "/other/place", "1-ab")));
        var said = JsonNode.Parse(Assert.Single(answer.Tools).Content)!;
        Assert.Equal("/other/out.md", (string?)said["file_path"]);
        Assert.Equal($"cd /other/place && cat {RecordedLines.Cwd}-old/x /other/place/notes.txt", (string?)said["command"]);
        Assert.Equal("task 1-ab", (string?)said["id"]);
        Assert.Equal((3, 100, true), ((int)said["n"]!, (int)(decimal)said["ratio"]!, (bool)said["yes"]!));
        Assert.Equal("""["a: b",1,{"odd key":"true"}]""", said["list"]!.ToJsonString());
        Assert.True(said.AsObject().ContainsKey("nothing") && said["nothing"] is null);
        Assert.Equal("{}", said["empty"]!.ToJsonString());
    }

    [Fact]
    public async Task Make_BlocksInAnyOrder_AreSaidInThatOrder()
    {
        JsonObject Thinking(string text) => new() { ["type"] = "thinking", ["thinking"] = text, ["signature"] = "s" };
        var made = Make(RecordedLines.Line(1, RecordedLines.Request(RecordedLines.Prompt()), 200, RecordedLines.Message(
            30, RecordedLines.Text("one"), Thinking("two\nlines"), RecordedLines.Text("three"), new JsonObject { ["type"] = "redacted_thinking", ["data"] = "x" })));
        var answer = await AskAsync(made, RecordedLines.Request(RecordedLines.Prompt()));
        Assert.Equal([("text", "one"), ("thinking", "two\nlines"), ("text", "three")], answer.Blocks.Select(b => (b.Type, b.Content)));
        Assert.Equal("attempt 1, call 1: a block of type redacted_thinking is left out", Assert.Single(made.Warnings));
    }

    [Fact]
    public async Task Make_Refusals_AreServedWithStatusAndRetryAfterAsOftenAsTheyCame()
    {
        var ask = RecordedLines.Request(RecordedLines.Prompt());
        var made = Make(
            RecordedLines.Line(1, Copy(ask), 529, RecordedLines.Error("overloaded_error", "Overloaded")),
            RecordedLines.Line(2, Copy(ask), 529, RecordedLines.Error("overloaded_error", "Overloaded")),
            RecordedLines.Line(3, Copy(ask), 429, RecordedLines.Error("rate_limit_error", "slow down"), resetsAt: "2026-01-02T03:04:11.5+00:00"),
            RecordedLines.Line(4, Copy(ask), null, null),
            RecordedLines.Line(5, Copy(ask), 200, RecordedLines.Message(5, RecordedLines.Text("at last"))));

        await using var server = await ServeAsync(made);
        using var client = new ModelClient(server.BaseUrl);
        Assert.Equal((529, "overloaded_error", "Overloaded"), await client.FailAsync(ask));
        Assert.Equal(529, (await client.FailAsync(ask)).Status);
        using (var limited = await client.PostAsync(ask))
        {
            Assert.Equal(429, (int)limited.StatusCode);
            Assert.Equal("7", limited.Headers.RetryAfter!.ToString());
        }

        Assert.Equal(502, (await client.FailAsync(ask)).Status);
        Assert.Equal("at last", (await client.AskAsync(ask)).Text);
        Assert.Equal(400, (await client.FailAsync(RecordedLines.Request(RecordedLines.Prompt(), 1))).Status);
    }

    [Fact]
    public async Task Make_StreamsThatBreakAndCallsThatALimitCut_AreAsTheyWere()
    {
        var ask = RecordedLines.Request(RecordedLines.Prompt());
        var tool = new JsonObject { ["type"] = "tool_use", ["id"] = "t", ["name"] = "Bash", ["input"] = new JsonObject() };
        var made = Make(
            RecordedLines.Line(1, Copy(ask), 200, RecordedLines.Stream(RecordedLines.Text(""), "text", ["Half of ", "what"], stop: null, 0)),
            RecordedLines.Line(2, Copy(ask), 200, RecordedLines.Stream(tool, "partial_json", ["{\"command\":", "\"echo 1"], "max_tokens", 9)));
        ask["stream"] = true;

        await using var server = await ServeAsync(made);
        using var client = new ModelClient(server.BaseUrl);
        using (var broken = await client.PostAsync(ask))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => broken.Content.ReadAsStringAsync());
        }

        var cut = await client.AskAsync(ask);
        Assert.Equal(("max_tokens", "{\"command\":\"echo 1", 9), (cut.StopReason, Assert.Single(cut.Tools).Content, cut.Output));
        await server.Log.WaitAsync(log => log.MessageRequests.All(r => r.HasEnded));
        Assert.Equal([true, false], server.Log.MessageRequests.Select(r => r.Cut));
        Assert.Equal([3, 9], server.Log.MessageRequests.Select(r => r.GeneratedTokens));
    }

    [Fact]
    public async Task Make_AgentEndedInTheMiddleOfAnAnswer_HangsThereUntilItIsEndedAgain()
    {
        var ask = RecordedLines.Request(RecordedLines.Prompt());
        var made = Make(RecordedLines.Line(1, Copy(ask), 200, RecordedLines.Stream(RecordedLines.Text(""), "text", ["Half of ", "what"], stop: null, 0)));
        Assert.Contains("linger: 24h", made.Yaml, StringComparison.Ordinal);
        ask["stream"] = true;

        await using var server = await ServeAsync(made);
        using (var client = new ModelClient(server.BaseUrl))
        using (var hanging = await client.PostAsync(ask))
        {
            await using var body = await hanging.Content.ReadAsStreamAsync();
            using var reader = new StreamReader(body);
            while (await reader.ReadLineAsync() is { } line && !line.Contains("what", StringComparison.Ordinal)) Assert.DoesNotContain("message_stop", line, StringComparison.Ordinal);
            Assert.False(server.Log.MessageRequests[0].HasEnded);
        }

        await server.Log.WaitAsync(log => log.MessageRequests[0].HasEnded);
        Assert.True(server.Log.MessageRequests[0].ClientDisconnected);
    }

    [Fact]
    public async Task Make_AttemptBegunAfresh_GivesEachAttemptItsOwnAnswers()
    {
        string Line(int n, int answered, string text) =>
            RecordedLines.Line(n, RecordedLines.Request(RecordedLines.Prompt(), answered), 200, RecordedLines.Message(5, RecordedLines.Text(text)));
        var made = Make(
            [Line(1, 0, "first a"), Line(2, 1, "first b")],
            [Line(1, 0, "second a"), Line(2, 1, "second b"), Line(3, 2, "second c")]);

        await using var server = await ServeAsync(made);
        using var client = new ModelClient(server.BaseUrl);
        var said = new List<string>();
        foreach (var answered in new[] { 0, 1, 0, 1, 2 }) said.Add((await client.AskAsync(RecordedLines.Request(RecordedLines.Prompt(), answered))).Text);
        Assert.Equal(["first a", "first b", "second a", "second b", "second c"], said);
    }

    [Fact]
    public async Task Make_SubAgents_FollowStepsOfTheirOwnInTheTasksDirectory()
    {
        const string Session = "x-claude-code-session-id";
        string Sub(int n, string prompt, string agent, string text) =>
            RecordedLines.Line(n, RecordedLines.Request(prompt), 200, RecordedLines.Message(5, RecordedLines.Text(text)), agent);
        var made = Make(
            RecordedLines.Line(1, RecordedLines.Request(RecordedLines.Prompt()), 200, RecordedLines.Message(5, RecordedLines.Text("main"))),
            Sub(2, "Look at the tests first.", "a1", $"tests of {RecordedLines.Cwd}"),
            Sub(3, "Look at the sources.", "a2", "sources"));

        await using var server = await ServeAsync(made);
        using var client = new ModelClient(server.BaseUrl);
        Assert.Equal("main", (await client.AskAsync(RecordedLines.Request(RecordedLines.Prompt(cwd: "/elsewhere")), (Session, "s"))).Text);
        Assert.Equal("sources", (await client.AskAsync(RecordedLines.Request("Look at the sources."), (Session, "s"), ("x-claude-code-agent-id", "b1"))).Text);
        Assert.Equal("tests of /elsewhere", (await client.AskAsync(RecordedLines.Request("Look at the tests first."), (Session, "s"), ("x-claude-code-agent-id", "b2"))).Text);
    }

    [Fact]
    public void Make_BrokenLines_AreLeftOutAndSaid()
    {
        var good = RecordedLines.Line(1, RecordedLines.Request(RecordedLines.Prompt()), 200, RecordedLines.Message(5, RecordedLines.Text("kept")));
        var made = Make("{\"n\":", "null", "[]", good, "{\"n\":\"x\"}", good[..(good.Length / 2)], "", "  ");
        Assert.Equal(
            ["line 1", "line 2", "line 3", "line 5", "the last line of the record is cut off, and left out"],
            made.Warnings.Select(w => w["attempt 1: ".Length..].Replace(" of the record cannot be read, and is left out", "", StringComparison.Ordinal)));
        Assert.Equal(1, made.Calls);
        Assert.Null(ScenarioFromRun.Make(Run([["", "{"]]), []));
        Assert.Null(ScenarioFromRun.Make(Run([[]]), []));
    }

    [Fact]
    public async Task Make_AnswerThatTheRecordLacks_LeavesTheOthersInTheirPlaces()
    {
        string Line(int n, int answered, string text) =>
            RecordedLines.Line(n, RecordedLines.Request(RecordedLines.Prompt(), answered), 200, RecordedLines.Message(5, RecordedLines.Text(text)));
        var made = Make(Line(1, 0, "zero"), "{", Line(3, 2, "two"));
        Assert.Contains("the record lacks an answer: a word stands in its place", made.Warnings);
        Assert.Equal("two", (await AskAsync(made, RecordedLines.Request(RecordedLines.Prompt(), 2))).Text);
    }

    [Fact]
    public void Make_SecretSaidInPieces_IsBlackedOut()
    {
        var made = ScenarioFromRun.Make(
            Run([[RecordedLines.Line(1, RecordedLines.Request(RecordedLines.Prompt()), 200, RecordedLines.Stream(
                RecordedLines.Text(""), "text", ["The key sk-ant-", "api03-AbCdEf and hunter", "2-of-mine, in a task-and-disk-of-many-words."], "end_turn", 9))]]),
            ["hunter2-of-mine"])!;
        Assert.Contains("text: \"The key [redacted] and [redacted], in a task-and-disk-of-many-words.\"", made.Yaml, StringComparison.Ordinal);
        Assert.Equal("2 text(s) that looked like a credential were blacked out", Assert.Single(made.Warnings));
    }

    [Fact]
    public void Make_Header_SaysWhatItIsAndNoLineBreakEndsIt()
    {
        var run = Run([[RecordedLines.Line(1, RecordedLines.Request(RecordedLines.Prompt()), 200, RecordedLines.Message(5, RecordedLines.Text("x")))]])
            with
        { Model = "opus\nname: other" };
        var made = ScenarioFromRun.Make(run, [])!;
        Assert.StartsWith("# A recorded run, made by `awoc rehearse --from 1763876543-9f86d081884c`.\n# task type: research; agent: claude; model: opus name: other; date: 2026-01-02\n# attempt 1: 1 model call\n", made.Yaml, StringComparison.Ordinal);
        Assert.Equal("run-9f86d081884c", made.Name);
        Assert.Empty(ScenarioSource.Parse(made.Yaml).Faults);
    }

    private static RecordedScenario Make(params string[] lines) => Make([lines]);

    private static RecordedScenario Make(params string[][] attempts) => ScenarioFromRun.Make(Run(attempts), [])!;

    private static RecordedRun Run(string[][] attempts) => new()
    {
        Id = "1763876543-9f86d081884c",
        Type = "research",
        Agent = "claude",
        CreatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Attempts = [.. attempts.Select((lines, i) => new RecordedAttempt(i + 1, lines))],
    };

    private static JsonObject Copy(JsonObject request) => request.DeepClone().AsObject();

    private static async Task<Answer> AskAsync(RecordedScenario made, JsonObject request)
    {
        await using var server = await ServeAsync(made);
        using var client = new ModelClient(server.BaseUrl);
        return await client.AskAsync(request);
    }

    private static Task<RehearsalServer> ServeAsync(RecordedScenario made)
    {
        var reading = ScenarioSource.Parse(made.Yaml);
        Assert.True(reading.Scenario is not null, string.Join('\n', reading.Faults) + "\n" + made.Yaml);
        return RehearsalServer.StartAsync(new RehearsalOptions { Scenario = made.Name, Scenarios = [reading.Scenario] });
    }
}
