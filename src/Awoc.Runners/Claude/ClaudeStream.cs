using System.Text;
using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;

namespace Awoc.Runners.Claude;

/// <summary>
/// Reads the stream-json of one attempt. An assistant message comes as one line per content block, all with the same
/// message id; a line that comes a second time (a replay after a resume, a repeated request) is passed over.
/// </summary>
internal sealed class ClaudeStream : IAgentStream
{
    /// <summary>Its tool of that name is there where <c>--json-schema</c> is.</summary>
    private const string SchemaTool = "StructuredOutput";

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly ClaudeTodos _todos = new();
    private readonly HashSet<string> _subAgentCalls = new(StringComparer.Ordinal);
    private bool _schemaAsked;

    public IEnumerable<AgentEvent> Read(ReadOnlyMemory<byte> line)
    {
        if (IsBlank(line.Span)) return [];
        try
        {
            using var document = JsonDocument.Parse(line);
            return Events(document.RootElement) ?? [Unknown(line)];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return [Unknown(line)];
        }
    }

    private List<AgentEvent>? Events(JsonElement root) => root.Text("type") switch
    {
        "system" => System(root),
        "assistant" => Assistant(root),
        "user" => User(root),
        "result" => Result(root),
        "rate_limit_event" => RateLimit(root),
        "control_request" => ControlRequest(root),
        "control_response" => ControlResponse(root),
        "stream_event" => Piece(root),
        // Answers to questions of ours, and what says nothing of the work.
        "control_cancel_request" or "keep_alive" or "tool_progress" or "tool_use_summary" or "auth_status" => [],
        _ => null,
    };

    private List<AgentEvent>? System(JsonElement root) => root.Text("subtype") switch
    {
        // {"type":"system","subtype":"init","cwd":"/repo","session_id":"3548…","tools":[…],"model":"claude-sonnet-5","claude_code_version":"2.1.197"}
        "init" => Init(root),
        // {"type":"system","subtype":"api_retry","attempt":1,"max_retries":10,"retry_delay_ms":569.1,"error_status":529,"error":"overloaded"}
        "api_retry" =>
        [
            new AgentEvent.Retry(
                Int(root.Whole("attempt")) ?? 0,
                Int(root.Whole("max_retries")) ?? 0,
                TimeSpan.FromMilliseconds(Math.Clamp(root.Number("retry_delay_ms") ?? 0, 0, int.MaxValue)),
                Int(root.Whole("error_status")),
                root.Text("error")),
        ],
        // {"type":"system","subtype":"model_fallback","trigger":"overloaded","original_model":"…","fallback_model":"…","session_id":"…"}
        "model_fallback" => [new AgentEvent.Session(root.Text("session_id") ?? "", root.Text("fallback_model"), null)],
        null => null,
        _ => [],
    };

    private List<AgentEvent> Init(JsonElement root)
    {
        _schemaAsked |= root.Items("tools").Any(tool => tool.ValueKind == JsonValueKind.String && tool.ValueEquals(SchemaTool));
        return [new AgentEvent.Session(root.Text("session_id") ?? "", root.Text("model"), root.Text("claude_code_version"))];
    }

    // {"type":"assistant","message":{"id":"msg_1","content":[{"type":"tool_use","id":"toolu_1","name":"Bash","input":{…}}]},"parent_tool_use_id":null}
    private List<AgentEvent>? Assistant(JsonElement root)
    {
        if (root.Member("message") is not { ValueKind: JsonValueKind.Object } message) return null;
        if (root.Text("error") is { } error)
        {
            var words = string.Concat(message.Items("content").Select(block => block.Text("text")));
            return [new AgentEvent.ApiError(error, words)];
        }

        var events = new List<AgentEvent>();
        var id = message.Text("id") ?? "";
        var subAgent = root.Text("parent_tool_use_id") is not null;
        foreach (var block in message.Items("content"))
        {
            switch (block.Text("type"))
            {
                case "text" when IsNew(id, block):
                    events.Add(new AgentEvent.Text(block.Text("text") ?? "", subAgent));
                    break;
                case "thinking" when IsNew(id, block) && block.Text("thinking") is { Length: > 0 } thought:
                    events.Add(new AgentEvent.Thinking(thought));
                    break;
                case "tool_use" or "server_tool_use" or "mcp_tool_use" when IsNew(id, block):
                    var call = Call(block, subAgent);
                    events.Add(call);
                    if (!subAgent && call.Name is "Task" or "Agent") _subAgentCalls.Add(call.Id);
                    if (!subAgent && block.Member("input") is { } arguments) _todos.Called(call, arguments);
                    break;
            }
        }

        return events;
    }

    // {"type":"tool_use","id":"toolu_1","name":"Write","input":{"__unparsedToolInput":{"raw":"{\"file_path\":\"/r.md\",\"content\":\"# Ti"}}}
    private static AgentEvent.ToolCall Call(JsonElement block, bool subAgent)
    {
        var (id, name) = (block.Text("id") ?? "", block.Text("name") ?? "");
        if (block.Member("input") is not { } input) return new AgentEvent.ToolCall(id, name, "{}", subAgent);
        return input.Member("__unparsedToolInput") is { } unparsed
            ? new AgentEvent.ToolCall(id, name, unparsed.Text("raw") ?? "", subAgent, Cut: true)
            : new AgentEvent.ToolCall(id, name, input.GetRawText(), subAgent);
    }

    // {"type":"stream_event","event":{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"co"}},"parent_tool_use_id":null}
    private static List<AgentEvent>? Piece(JsonElement root)
    {
        if (root.Member("event") is not { ValueKind: JsonValueKind.Object } e) return null;
        if (root.Text("parent_tool_use_id") is not null) return [];
        var index = Int(e.Whole("index")) ?? 0;
        return e.Text("type") switch
        {
            "content_block_start" when e.Member("content_block") is { } block => [new AgentEvent.Piece(PieceKind.Begin, index, block.Text("name") ?? "")],
            "content_block_delta" when e.Member("delta") is { } delta => Delta(index, delta) is { } piece ? [piece] : [],
            _ => [],
        };
    }

    private static AgentEvent.Piece? Delta(int index, JsonElement delta) => delta.Text("type") switch
    {
        "text_delta" => new AgentEvent.Piece(PieceKind.Text, index, delta.Text("text") ?? ""),
        "thinking_delta" => new AgentEvent.Piece(PieceKind.Thinking, index, delta.Text("thinking") ?? ""),
        "input_json_delta" => new AgentEvent.Piece(PieceKind.Input, index, delta.Text("partial_json") ?? ""),
        _ => null,
    };

    // {"type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_1","type":"tool_result","content":"hi","is_error":false}]},"parent_tool_use_id":null}
    private List<AgentEvent>? User(JsonElement root)
    {
        if (root.Member("message") is not { ValueKind: JsonValueKind.Object } message) return null;
        var events = new List<AgentEvent>();
        var subAgent = root.Text("parent_tool_use_id") is not null;
        foreach (var block in message.Items("content"))
        {
            if (block.Text("type") != "tool_result" || !_seen.Add($"result of {block.Text("tool_use_id")}")) continue;
            var result = new AgentEvent.ToolResult(block.Text("tool_use_id") ?? "", block.True("is_error"), Words(block), subAgent);
            events.Add(result);
            if (!subAgent && _todos.Answered(result, root.Member("tool_use_result")) is { } list) events.Add(list);
            if (_subAgentCalls.Contains(result.Id)) events.Add(new AgentEvent.SubAgentEnd(ApiErrorIn(result.Value)));
        }

        return events;
    }

    // {"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"API Error: …","stop_reason":"stop_sequence","terminal_reason":"completed","modelUsage":{…},"permission_denials":[…]}
    private List<AgentEvent> Result(JsonElement root)
    {
        var usage = Spent(root.Member("modelUsage"), root.Number("total_cost_usd"));
        var denials = root.Items("permission_denials").Select(denial => denial.Text("tool_name")).OfType<string>().ToList();
        var errors = string.Join("; ", root.Items("errors").Where(e => e.ValueKind == JsonValueKind.String).Select(JsonRead.Decoded));
        var end = new AgentEvent.End
        {
            Kind = root.Text("subtype") ?? "",
            // An end that does not say so is no success.
            IsError = root.Member("is_error") is not { ValueKind: JsonValueKind.False },
            Answer = root.Text("result") ?? errors,
            ApiStatus = Int(root.Whole("api_error_status")),
            StopReason = root.Text("stop_reason"),
            TerminalReason = root.Text("terminal_reason"),
            Denials = denials,
            StructuredOutput = root.Member("structured_output") is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } output ? output.GetRawText() : null,
            SchemaAsked = _schemaAsked,
            Usage = usage,
        };
        return usage is null ? [end] : [new AgentEvent.UsageReport(usage), end];
    }

    // {"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1795375539,"rateLimitType":"five_hour","utilization":0.97}}
    private static List<AgentEvent>? RateLimit(JsonElement root)
    {
        if (root.Member("rate_limit_info") is not { ValueKind: JsonValueKind.Object } info) return null;
        DateTimeOffset? resets = info.Whole("resetsAt") is { } seconds and > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
        // A share; a later version may tell it in percent.
        var used = info.Number("utilization") is { } told and >= 0 and <= 1000 ? told > 2 ? told / 100 : told : (double?)null;
        return [new AgentEvent.Limit(info.Text("status") ?? "", resets, info.Text("rateLimitType")) { Used = used }];
    }

    // {"type":"control_request","request_id":"efbe…","request":{"subtype":"can_use_tool","tool_name":"Write","input":{…}}}
    private static List<AgentEvent>? ControlRequest(JsonElement root)
    {
        if (root.Member("request") is not { ValueKind: JsonValueKind.Object } request) return null;
        if (request.Text("subtype") != "can_use_tool") return [];
        var input = request.Member("input") is { } arguments ? arguments.GetRawText() : "{}";
        return [new AgentEvent.Question(root.Text("request_id") ?? "", request.Text("tool_name") ?? "", input)];
    }

    // {"type":"control_response","response":{"subtype":"success","request_id":"r2","response":{"session":{"total_cost_usd":0.02,"model_usage":{…}}}}}
    private static List<AgentEvent> ControlResponse(JsonElement root)
    {
        var session = root.Member("response")?.Member("response")?.Member("session");
        return session is { } known && Spent(known.Member("model_usage"), known.Number("total_cost_usd")) is { } usage
            ? [new AgentEvent.UsageReport(usage)]
            : [];
    }

    /// <summary>Per model, cumulative for the process, sub-agents included: the CLI's authoritative figure.</summary>
    private static Usage? Spent(JsonElement? models, double? cost)
    {
        if (models is not { ValueKind: JsonValueKind.Object } known) return null;
        var usage = Usage.Zero;
        foreach (var model in known.EnumerateObject())
        {
            usage += new Usage(
                Output: model.Value.Whole("outputTokens") ?? 0,
                Input: model.Value.Whole("inputTokens") ?? 0,
                CacheRead: model.Value.Whole("cacheReadInputTokens") ?? 0,
                CacheWrite: model.Value.Whole("cacheCreationInputTokens") ?? 0);
        }

        return cost is >= 0 and < 1e9 ? usage with { CostUsd = Math.Round((decimal)cost.Value, 6) } : usage;
    }

    /// <summary>
    /// A sub-agent whose model call failed is <c>completed</c> with the error as its text: <c>API Error: 529 Overloaded</c>,
    /// and below it what it cost.
    /// </summary>
    private static string? ApiErrorIn(string words) => words.StartsWith("API Error", StringComparison.Ordinal) ? words.Split('\n', 2)[0] : null;

    private static string Words(JsonElement block)
    {
        if (block.Text("content") is { } text) return text;
        return string.Join('\n', block.Items("content").Select(part => part.Text("text") ?? $"[{part.Text("type")}]"));
    }

    private bool IsNew(string message, JsonElement block) =>
        _seen.Add(block.Text("id") ?? message + Fingerprint(block));

    private static string Fingerprint(JsonElement block) =>
        Convert.ToHexString(global::System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(block.GetRawText())).AsSpan(0, 12));

    private static int? Int(long? value) => value is { } whole ? (int)Math.Clamp(whole, int.MinValue, int.MaxValue) : null;

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.Trim(" \t\r\n"u8).IsEmpty;

    private static AgentEvent.Unknown Unknown(ReadOnlyMemory<byte> line) => new(Encoding.UTF8.GetString(line.Span));
}
