using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Awoc.Rehearsal.Messages;

/// <summary>The JSON pieces that streamed and whole answers share.</summary>
internal static class WireFormat
{
    /// <summary>Text goes out as it is, not as \u escapes: that would change what it weighs.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options)) write(writer);
        return stream.ToArray();
    }

    public static void WriteError(Utf8JsonWriter writer, ApiError error, string requestId)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "error");
        writer.WriteStartObject("error");
        writer.WriteString("type", error.Type);
        writer.WriteString("message", error.Message);
        writer.WriteEndObject();
        writer.WriteString("request_id", requestId);
        writer.WriteEndObject();
    }

    public static void WriteUsage(Utf8JsonWriter writer, RehearsalUsage usage, int output)
    {
        writer.WriteStartObject("usage");
        writer.WriteNumber("input_tokens", usage.Input);
        writer.WriteNumber("cache_creation_input_tokens", usage.CacheWrite);
        writer.WriteNumber("cache_read_input_tokens", usage.CacheRead);
        writer.WriteStartObject("cache_creation");
        writer.WriteNumber("ephemeral_5m_input_tokens", usage.CacheWrite5m);
        writer.WriteNumber("ephemeral_1h_input_tokens", usage.CacheWrite1h);
        writer.WriteEndObject();
        writer.WriteNumber("output_tokens", output);
        writer.WriteString("service_tier", "standard");
        writer.WriteEndObject();
    }

    public static void WriteWholeMessage(Utf8JsonWriter writer, string id, string model, Generation generation, RehearsalUsage usage)
    {
        WriteMessageHead(writer, id, model);
        writer.WriteStartArray("content");
        foreach (var block in generation.Blocks)
        {
            writer.WriteStartObject();
            switch (block.Block)
            {
                case ReplyBlock.Text:
                    writer.WriteString("type", "text");
                    writer.WriteString("text", block.Content.Span);
                    break;
                case ReplyBlock.Thinking:
                    writer.WriteString("type", "thinking");
                    writer.WriteString("thinking", block.Content.Span);
                    writer.WriteString("signature", Signature(block));
                    break;
                case ReplyBlock.ToolUse tool:
                    writer.WriteString("type", "tool_use");
                    writer.WriteString("id", WireId.ToolUse());
                    writer.WriteString("name", tool.Name);
                    writer.WritePropertyName("input");

                    // A call that was cut has no whole input to give; the API answers an empty one.
                    if (block.Whole && !tool.IsPartial) writer.WriteRawValue(block.Content.Span);
                    else writer.WriteRawValue("{}"u8);
                    break;
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("stop_reason", generation.StopReason);
        writer.WriteString("stop_sequence", generation.StopSequence);
        WriteUsage(writer, usage, generation.Tokens);
        writer.WriteEndObject();
    }

    /// <summary>Opens the message object and writes all that stands before its content.</summary>
    public static void WriteMessageHead(Utf8JsonWriter writer, string id, string model)
    {
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteString("type", "message");
        writer.WriteString("role", "assistant");
        writer.WriteString("model", model);
    }

    /// <summary>Clients send signatures back unread; this one says where it comes from.</summary>
    public static string Signature(GeneratedBlock block) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"rehearsal:{block.Content.Length}"));
}
