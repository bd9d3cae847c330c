using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Awoc.AgentHost.Protocol;

/// <summary>
/// Writes the events of an attempt as JSON lines, each whole and at once: a reader that follows the file never waits for the
/// rest of a line.
/// </summary>
internal sealed class EventWriter(Stream output)
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _line = new();

    public void Session(string id, string model, string version, int resumedMessages) => Write("session", json =>
    {
        json.WriteString("session", id);
        json.WriteString("model", model);
        json.WriteString("version", version);
        json.WriteNumber("resumedMessages", resumedMessages);
    });

    public void Text(string text) => Write("text", json => json.WriteString("text", text));

    public void Thinking(string text) => Write("thinking", json => json.WriteString("text", text));

    /// <summary>A piece of an answer while it comes; the whole of it follows as another event, if it is not cut.</summary>
    /// <param name="kind"><c>begin</c> (of a block; the text is the tool's name, empty for words), <c>text</c>, <c>thinking</c> or <c>input</c>.</param>
    public void Piece(string kind, long block, string text) => Write("piece", json =>
    {
        json.WriteString("kind", kind);
        json.WriteNumber("block", block);
        json.WriteString("text", text);
    });

    /// <summary>A call that a limit cut in its arguments; they are told as Claude Code tells them.</summary>
    public void CutCall(string id, string name, string raw) => Write("tool_call", json =>
    {
        json.WriteString("id", id);
        json.WriteString("name", name);
        json.WriteStartObject("input");
        json.WriteStartObject("__unparsedToolInput");
        json.WriteString("raw", raw);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    public void ToolCall(string id, string name, JsonElement input) => Write("tool_call", json =>
    {
        json.WriteString("id", id);
        json.WriteString("name", name);
        json.WritePropertyName("input");
        input.WriteTo(json);
    });

    public void ToolResult(string id, bool isError, string text) => Write("tool_result", json =>
    {
        json.WriteString("id", id);
        json.WriteBoolean("isError", isError);
        json.WriteString("text", text);
    });

    public void Usage(Spent spent) => Write("usage", json => Members(json, spent));

    public void Retry(int attempt, int max, TimeSpan delay, int? status, string error) => Write("retry", json =>
    {
        json.WriteNumber("attempt", attempt);
        json.WriteNumber("max", max);
        json.WriteNumber("delayMs", (long)delay.TotalMilliseconds);
        if (status is { } code) json.WriteNumber("status", code);
        json.WriteString("error", error);
    });

    public void Error(string kind, int? status, string message) => Write("error", json =>
    {
        json.WriteString("class", kind);
        if (status is { } code) json.WriteNumber("status", code);
        json.WriteString("message", message);
    });

    public void End(RunEnd end, Spent spent) => Write("end", json =>
    {
        json.WriteString("kind", end.Kind);
        json.WriteBoolean("isError", end.IsError);
        json.WriteString("answer", end.Answer);
        if (end.Status is { } code) json.WriteNumber("status", code);
        if (end.StopReason is { } reason) json.WriteString("stopReason", reason);
        if (end.Structured is { } output)
        {
            json.WritePropertyName("structured");
            output.WriteTo(json);
        }

        json.WriteStartObject("usage");
        Members(json, spent);
        json.WriteEndObject();
    });

    private static void Members(Utf8JsonWriter json, Spent spent)
    {
        json.WriteNumber("output", spent.Output);
        json.WriteNumber("thinking", spent.Thinking);
        json.WriteNumber("input", spent.Input);
        json.WriteNumber("cacheRead", spent.CacheRead);
        json.WriteNumber("cacheWrite", spent.CacheWrite);
    }

    private void Write(string type, Action<Utf8JsonWriter> members)
    {
        lock (_gate)
        {
            _line.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(_line, s_options))
            {
                json.WriteStartObject();
                json.WriteString("type", type);
                members(json);
                json.WriteEndObject();
            }

            _line.Write("\n"u8);
            output.Write(_line.WrittenSpan);
            output.Flush();
        }
    }
}

/// <summary>How the run ended.</summary>
/// <param name="Kind"><c>success</c>, <c>interrupted</c>, <c>api_error</c>, <c>budget</c>, <c>max_turns</c>, <c>max_tokens</c>, <c>refusal</c> or <c>error</c>.</param>
/// <param name="Answer">The model's last words, or what went wrong.</param>
/// <param name="Status">HTTP status of the model call that failed.</param>
/// <param name="Structured">The result as the schema asks for it; null where none was given.</param>
internal sealed record RunEnd(string Kind, bool IsError, string Answer, int? Status = null, string? StopReason = null, JsonElement? Structured = null);

/// <summary>Tokens spent by this process, over all its model calls.</summary>
/// <param name="Output">Generated, thinking included.</param>
internal readonly record struct Spent(long Output, long Thinking, long Input, long CacheRead, long CacheWrite)
{
    public static Spent operator +(Spent left, Spent right) => new(
        left.Output + right.Output, left.Thinking + right.Thinking, left.Input + right.Input,
        left.CacheRead + right.CacheRead, left.CacheWrite + right.CacheWrite);
}
