using System.Text;
using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;

namespace Awoc.Runners.Builtin;

/// <summary>Reads awoc-agent's own JSON lines.</summary>
internal sealed class BuiltinStream : IAgentStream
{
    public IEnumerable<AgentEvent> Read(ReadOnlyMemory<byte> line)
    {
        if (line.Span.Trim(" \t\r\n"u8).IsEmpty) return [];
        try
        {
            using var document = JsonDocument.Parse(line);
            return [Event(document.RootElement) ?? Unknown(line)];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return [Unknown(line)];
        }
    }

    private static AgentEvent? Event(JsonElement root) => root.Text("type") switch
    {
        // {"type":"session","session":"1111…","model":"claude-sonnet-5","version":"0.1.0","resumedMessages":0}
        "session" => new AgentEvent.Session(root.Text("session") ?? "", root.Text("model"), root.Text("version")),
        // {"type":"text","text":"Looking around."}
        "text" => new AgentEvent.Text(root.Text("text") ?? ""),
        "thinking" => new AgentEvent.Thinking(root.Text("text") ?? ""),
        // {"type":"piece","kind":"input","block":1,"text":"{\"file_path\":\"/r.md\",\"cont"}
        "piece" => Piece(root),
        // {"type":"tool_call","id":"toolu_1","name":"Bash","input":{"command":"ls"}}
        "tool_call" => Call(root),
        // {"type":"tool_result","id":"toolu_1","isError":false,"text":"README.md"}
        "tool_result" => new AgentEvent.ToolResult(root.Text("id") ?? "", root.True("isError"), root.Text("text") ?? ""),
        // {"type":"usage","output":55,"thinking":0,"input":1557,"cacheRead":0,"cacheWrite":0}
        "usage" => new AgentEvent.UsageReport(Spent(root)),
        // {"type":"retry","attempt":1,"max":10,"delayMs":512,"status":529,"error":"overloaded"}
        "retry" => new AgentEvent.Retry(
            Int(root.Whole("attempt")) ?? 0, Int(root.Whole("max")) ?? 0,
            TimeSpan.FromMilliseconds(Math.Clamp(root.Number("delayMs") ?? 0, 0, int.MaxValue)), Int(root.Whole("status")), root.Text("error")),
        // {"type":"error","class":"rate_limit","status":429,"message":"…"}
        "error" => new AgentEvent.ApiError(root.Text("class") ?? "unknown", root.Text("message") ?? ""),
        "end" => End(root),
        _ => null,
    };

    // A call that a length limit cut: {"type":"tool_call","id":"toolu_1","name":"Write","input":{"__unparsedToolInput":{"raw":"{\"file_pa"}}}
    private static AgentEvent.ToolCall Call(JsonElement root)
    {
        var (id, name) = (root.Text("id") ?? "", root.Text("name") ?? "");
        return root.Member("input") is { ValueKind: JsonValueKind.Object } input && input.Member("__unparsedToolInput") is { } unparsed
            ? new AgentEvent.ToolCall(id, name, unparsed.Text("raw") ?? "", Cut: true)
            : new AgentEvent.ToolCall(id, name, root.Member("input")?.GetRawText() ?? "{}");
    }

    private static AgentEvent.Piece? Piece(JsonElement root)
    {
        PieceKind? kind = root.Text("kind") switch
        {
            "begin" => PieceKind.Begin,
            "text" => PieceKind.Text,
            "thinking" => PieceKind.Thinking,
            "input" => PieceKind.Input,
            _ => null,
        };
        return kind is { } known ? new AgentEvent.Piece(known, Int(root.Whole("block")) ?? 0, root.Text("text") ?? "") : null;
    }

    // {"type":"end","kind":"success","isError":false,"answer":"Done.","stopReason":"end_turn","usage":{…}}
    private static AgentEvent.End End(JsonElement root) => new()
    {
        Kind = root.Text("kind") ?? "",
        IsError = root.Member("isError") is not { ValueKind: JsonValueKind.False },
        Answer = root.Text("answer") ?? "",
        ApiStatus = Int(root.Whole("status")),
        StopReason = root.Text("stopReason"),
        TerminalReason = root.Text("kind"),
        StructuredOutput = root.Member("structured") is { ValueKind: JsonValueKind.Object } output ? output.GetRawText() : null,
        Usage = root.Member("usage") is { ValueKind: JsonValueKind.Object } usage ? Spent(usage) : null,
    };

    private static Usage Spent(JsonElement from) => new(
        from.Whole("output") ?? 0, from.Whole("thinking") ?? 0, from.Whole("input") ?? 0, from.Whole("cacheRead") ?? 0, from.Whole("cacheWrite") ?? 0);

    private static int? Int(long? value) => value is { } whole ? (int)Math.Clamp(whole, int.MinValue, int.MaxValue) : null;

    private static AgentEvent.Unknown Unknown(ReadOnlyMemory<byte> line) => new(Encoding.UTF8.GetString(line.Span));
}
