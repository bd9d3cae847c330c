using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Runners.Claude;
using CsCheck;

namespace Awoc.Runners.Tests.Claude;

public sealed class ClaudeStreamTests
{
    // Lines of Claude Code 2.1.197, shortened where a field has no bearing here.
    private const string Init = """{"_t": 0.421, "type": "system", "subtype": "init", "cwd": "/repo", "session_id": "3548f325-990e-4951-b661-3c0583ae73db", "tools": ["Task", "Bash"], "mcp_servers": [], "model": "claude-opus-4-8[1m]", "permissionMode": "default", "claude_code_version": "2.1.197"}""";
    private const string ToolUse = """{"_t": 0.463, "type": "assistant", "message": {"id": "msg_fake5372dac368334785bf4e", "type": "message", "role": "assistant", "model": "claude-opus-4-8", "content": [{"type": "tool_use", "id": "toolu_faked2382d73a14a482995fc", "name": "Bash", "input": {"command": "echo hi; id -u", "description": "run a command"}}], "stop_reason": null, "usage": {"input_tokens": 1557, "output_tokens": 1}}, "parent_tool_use_id": null, "session_id": "3548f325", "uuid": "e8371503"}""";
    private const string ToolResult = """{"_t": 0.506, "type": "user", "message": {"role": "user", "content": [{"tool_use_id": "toolu_faked2382d73a14a482995fc", "type": "tool_result", "content": "hi\n0", "is_error": false}]}, "parent_tool_use_id": null, "tool_use_result": {"stdout": "hi\n0", "stderr": "", "interrupted": false}}""";
    private const string Result = """{"_t": 0.519, "type": "result", "subtype": "success", "is_error": false, "api_error_status": null, "num_turns": 2, "result": "Done: command finished.", "stop_reason": "end_turn", "total_cost_usd": 0.03787875, "usage": {"input_tokens": 1557, "output_tokens": 55}, "modelUsage": {"claude-opus-4-8[1m]": {"inputTokens": 1557, "outputTokens": 55, "cacheReadInputTokens": 35475, "cacheCreationInputTokens": 1757, "costUSD": 0.03787875}, "claude-haiku-4-5": {"inputTokens": 10, "outputTokens": 5, "cacheReadInputTokens": 0, "cacheCreationInputTokens": 0}}, "permission_denials": [], "terminal_reason": "completed"}""";
    private const string Retry = """{"_t": 4.226, "type": "system", "subtype": "api_retry", "attempt": 1, "max_retries": 10, "retry_delay_ms": 569.1026445566273, "error_status": 529, "error": "overloaded", "session_id": "e0eebf4b"}""";
    private const string Failed = """{"type": "result", "subtype": "success", "is_error": true, "api_error_status": 429, "num_turns": 1, "result": "API Error: Request rejected (429) \u00b7 This request would exceed your organization's rate limit", "stop_reason": "stop_sequence", "terminal_reason": "completed", "total_cost_usd": 0}""";
    private const string Synthetic = """{"type": "assistant", "error": "rate_limit", "message": {"id": "38e23f60", "model": "<synthetic>", "role": "assistant", "content": [{"type": "text", "text": "API Error: Request rejected (429)"}], "usage": {"input_tokens": 0, "output_tokens": 0}}}""";
    private const string Limit = """{"_t": 0.485, "type": "rate_limit_event", "rate_limit_info": {"status": "rejected", "resetsAt": 1795375539, "rateLimitType": "five_hour", "isUsingOverage": false}, "uuid": "8bbb56d9"}""";
    private const string Denied = """{"type": "result", "subtype": "success", "is_error": false, "result": "no", "permission_denials": [{"tool_name": "Write", "tool_use_id": "toolu_fake3730385cc247451bb22f", "tool_input": {"file_path": "/repo/zzz.txt"}}]}""";
    private const string Structured = """{"type": "result", "subtype": "success", "is_error": false, "num_turns": 2, "result": "{\"name\":\"example\",\"n\":7}", "structured_output": {"name": "example", "n": 7}, "stop_reason": "tool_use"}""";
    private const string Aborted = """{"type": "result", "subtype": "error_during_execution", "is_error": true, "num_turns": 3, "stop_reason": "tool_use", "terminal_reason": "aborted_tools", "errors": ["[ede_diagnostic] result_type=user"], "total_cost_usd": 0.12022875000000001}""";
    private const string UsageAnswer = """{"_t": 0.915, "type": "control_response", "response": {"subtype": "success", "request_id": "r2", "response": {"session": {"total_cost_usd": 0.026250000000000002, "model_usage": {"claude-opus-4-8[1m]": {"inputTokens": 4000, "outputTokens": 250, "cacheReadInputTokens": 0, "cacheCreationInputTokens": 0}}}}}}""";
    private const string Permission = """{"_t": 0.547, "type": "control_request", "request_id": "efbefcdc", "request": {"subtype": "can_use_tool", "tool_name": "Write", "input": {"file_path": "/repo/perm.txt"}, "tool_use_id": "toolu_fakeb5db"}}""";
    private const string Progress = """{"_t": 0.653, "type": "system", "subtype": "task_progress", "task_id": "a53e", "tool_use_id": "toolu_fake016", "description": "Running turn", "usage": {"total_tokens": 3002}}""";
    private const string Fallback = """{"_t": 5.196, "type": "system", "subtype": "model_fallback", "trigger": "overloaded", "original_model": "claude-opus-4-8", "fallback_model": "claude-sonnet-5", "session_id": "c1040960"}""";
    private const string Delta = """{"_t": 0.588, "type": "stream_event", "event": {"type": "message_delta", "usage": {"output_tokens": 500}}, "session_id": "c0a47b47", "parent_tool_use_id": null}""";

    private static readonly string[] s_samples =
    [
        Init, ToolUse, ToolResult, Result, Retry, Failed, Synthetic, Limit, Denied, Structured, Aborted, UsageAnswer, Permission, Progress,
        Fallback, Delta,
    ];

    [Theory]
    [InlineData("0.72", 0.72)]
    [InlineData("1.04", 1.04)]
    [InlineData("72", 0.72)]
    [InlineData("-1", null)]
    [InlineData("\"much\"", null)]
    public void Read_UtilizationOfAWindow_IsAShare(string told, double? used)
    {
        var line = $$$"""{"type":"rate_limit_event","rate_limit_info":{"status":"allowed_warning","resetsAt":1795375539,"rateLimitType":"seven_day","utilization":{{{told}}}}}""";
        var limit = Assert.IsType<AgentEvent.Limit>(Assert.Single(new ClaudeStream().Read(System.Text.Encoding.UTF8.GetBytes(line))));
        Assert.Equal((used, "seven_day"), (limit.Used, limit.Kind));
    }

    [Fact]
    public void Read_PlainRun_GivesItsEventsInOrder()
    {
        AgentEvent[] expected =
        [
            new AgentEvent.Session("3548f325-990e-4951-b661-3c0583ae73db", "claude-opus-4-8[1m]", "2.1.197"),
            new AgentEvent.ToolCall("toolu_faked2382d73a14a482995fc", "Bash", """{"command": "echo hi; id -u", "description": "run a command"}"""),
            new AgentEvent.ToolResult("toolu_faked2382d73a14a482995fc", false, "hi\n0"),
            new AgentEvent.UsageReport(new Usage(60, 0, 1567, 35475, 1757) { CostUsd = 0.037879m }),
        ];
        var events = Read(Init, ToolUse, ToolResult, Result);
        Assert.Equal(expected, events.Take(4));
        var end = Assert.IsType<AgentEvent.End>(events[4]);
        Assert.Equal(("success", false, "Done: command finished.", "completed"), (end.Kind, end.IsError, end.Answer, end.TerminalReason));
        Assert.Equal(60, end.Usage!.Output);
    }

    [Fact]
    public void Read_RetryLimitQuestionErrorFallback_AreTyped()
    {
        Assert.Equal(
            [
                new AgentEvent.Retry(1, 10, TimeSpan.FromMilliseconds(569.1026445566273), 529, "overloaded"),
                new AgentEvent.Limit("rejected", DateTimeOffset.FromUnixTimeSeconds(1795375539), "five_hour"),
                new AgentEvent.Question("efbefcdc", "Write", """{"file_path": "/repo/perm.txt"}"""),
                new AgentEvent.ApiError("rate_limit", "API Error: Request rejected (429)"),
                new AgentEvent.Session("c1040960", "claude-sonnet-5", null),
                new AgentEvent.UsageReport(new Usage(250, 0, 4000) { CostUsd = 0.02625m }),
            ],
            Read(Retry, Limit, Permission, Synthetic, Fallback, UsageAnswer));
        Assert.Empty(Read(Progress, Delta, "", "  \r"));
    }

    [Fact]
    public void Read_Ends_CarryWhatTheyAreJudgedBy()
    {
        var failed = Assert.IsType<AgentEvent.End>(Assert.Single(Read(Failed)));
        Assert.Equal((true, 429, "stop_sequence"), (failed.IsError, failed.ApiStatus, failed.StopReason));
        Assert.Equal(["Write"], Assert.IsType<AgentEvent.End>(Assert.Single(Read(Denied))).Denials);
        Assert.True(Assert.IsType<AgentEvent.End>(Assert.Single(Read(Structured))).HasStructuredOutput);
        var aborted = Assert.IsType<AgentEvent.End>(Assert.Single(Read(Aborted)));
        Assert.Equal(("aborted_tools", "[ede_diagnostic] result_type=user", false), (aborted.TerminalReason, aborted.Answer, aborted.HasStructuredOutput));
        Assert.True(Assert.IsType<AgentEvent.End>(Assert.Single(Read("""{"type":"result","subtype":"success"}"""))).IsError);
    }

    [Fact]
    public void Read_SubAgentTextAndThinking_AreMarked()
    {
        var events = Read("""{"type":"assistant","message":{"id":"m","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"said"}]},"parent_tool_use_id":"toolu_1"}""");
        Assert.Equal([new AgentEvent.Thinking("hm"), new AgentEvent.Text("said", SubAgent: true)], events);
    }

    [Fact]
    public void Read_SameLineTwice_CountsOnceAndAnotherBlockOfTheMessageCounts()
    {
        const string Block = """{"type":"assistant","message":{"id":"m1","content":[{"type":"text","text":"%"}]},"parent_tool_use_id":null}""";
        var one = Block.Replace("%", "one", StringComparison.Ordinal);
        var events = Read(one, Block.Replace("%", "two", StringComparison.Ordinal), one, ToolUse, ToolUse, ToolResult, ToolResult);
        Assert.Equal(["one", "two"], events.OfType<AgentEvent.Text>().Select(t => t.Value));
        Assert.Single(events.OfType<AgentEvent.ToolCall>());
        Assert.Single(events.OfType<AgentEvent.ToolResult>());
    }

    [Theory]
    [InlineData("half \\ud83d", "half \ufffd")]
    [InlineData("\\udca9 pair \\ud83d\\udca9 end", "\ufffd pair \ud83d\udca9 end")]
    [InlineData("\\\\ud83d \\\" \\ud83d\\n", "\\ud83d \" \ufffd\n")]
    public void Read_HalfASurrogatePair_LosesThatHalfAlone(string escaped, string value)
    {
        var end = Read($$"""{"type":"result","subtype":"success","is_error":false,"result":"{{escaped}}"}""").OfType<AgentEvent.End>().Single();
        Assert.Equal((value, false), (end.Answer, end.IsError));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("plain words")]
    [InlineData("""{"type":"novelty","x":1}""")]
    [InlineData("""{"type":"assistant"}""")]
    [InlineData("""{"type":"assistant","message":{"id":"m","content":[{"type":"te""")]
    [InlineData("""{"type":7}""")]
    public void Read_LineNotUnderstood_IsKeptRaw(string line) => Assert.Equal([new AgentEvent.Unknown(line)], Read(line));

    [Fact]
    public void Read_CutOrDamagedLines_NeverThrows()
    {
        var lines = s_samples.Select(Encoding.UTF8.GetBytes).ToArray();
        Gen.Select(Gen.Int[0, lines.Length - 1], Gen.Int[0, 2000], Gen.Int[0, 2000], Gen.Byte).Sample((which, cut, at, value) =>
        {
            var line = lines[which][..Math.Min(cut, lines[which].Length)];
            if (line.Length > 0) line[at % line.Length] = value;
            var stream = new ClaudeRunner().OpenStream();
            _ = stream.Read(line).ToList();
            _ = stream.Read(line).ToList();
        }, iter: 20_000);
    }

    [Fact]
    public void Read_AnyJsonOfAKnownType_NeverThrows()
    {
        var value = Gen.OneOf(
            Gen.Const("null"), Gen.Const("true"), Gen.Const("1e999"), Gen.Const("-1"), Gen.Const("9223372036854775808"), Gen.Const("\"\\ud800\""),
            Gen.Const("[]"), Gen.Const("[7,\"x\",null]"), Gen.Const("{}"), Gen.Const("{\"content\":[1,{\"type\":\"text\"}]}"), Gen.Const("{\"x\":3}"));
        var name = Gen.OneOf([.. new[]
        {
            "subtype", "message", "error", "content", "request", "response", "rate_limit_info", "modelUsage", "is_error", "result", "attempt",
            "retry_delay_ms", "permission_denials", "total_cost_usd", "api_error_status", "errors", "parent_tool_use_id",
        }.Select(Gen.Const)]);
        var type = Gen.OneOf([.. new[] { "system", "assistant", "user", "result", "rate_limit_event", "control_request", "control_response" }.Select(Gen.Const)]);
        Gen.Select(type, Gen.Select(name, value).Array[0, 6]).Sample((kind, fields) =>
        {
            var members = string.Concat(fields.Select(f => $",\"{f.Item1}\":{f.Item2}"));
            _ = Read($"{{\"type\":\"{kind}\"{members}}}");
        }, iter: 20_000);
    }

    private static List<AgentEvent> Read(params string[] lines)
    {
        var stream = new ClaudeRunner().OpenStream();
        return [.. lines.SelectMany(line => stream.Read(Encoding.UTF8.GetBytes(line)))];
    }
}
