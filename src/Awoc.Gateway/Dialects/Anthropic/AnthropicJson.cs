using System.Buffers;
using System.Text.Json;
using Awoc.Core.Budgets;

namespace Awoc.Gateway.Dialects.Anthropic;

/// <summary>The parts of the Messages API's JSON that the gateway reads and writes.</summary>
internal static class AnthropicJson
{
    /// <summary>Stop reasons and error types are short words; anything longer is no such word.</summary>
    private const int MaxWordLength = 64;

    /// <summary>A figure beyond this is no token count, and would let sums overflow.</summary>
    private const long MaxFigure = 1_000_000_000_000;

    /// <summary><c>{"type":"error","error":{"type":"overloaded_error","message":"…"}}</c></summary>
    public static ReadOnlyMemory<byte> Error(string type, string message)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "error"u8);
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, type);
        writer.WriteString("message"u8, message);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    public static string? Short(string? text, int max = MaxWordLength) => text is null || text.Length <= max ? text : text[..max];

    /// <summary>
    /// Reads a usage object the reader stands on. Figures are cumulative, and a later event repeats only some of them: the
    /// higher one stands.
    /// </summary>
    /// <param name="output">It told the output tokens.</param>
    public static Usage ReadUsage(ref Utf8JsonReader reader, Usage before, out bool output)
    {
        // {"input_tokens":3,"cache_creation_input_tokens":109,"cache_read_input_tokens":17683,
        //  "cache_creation":{"ephemeral_5m_input_tokens":109},"output_tokens":503,"output_tokens_details":{"thinking_tokens":40}}
        output = false;
        var usage = before;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return usage;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("input_tokens"u8)) usage = usage with { Input = Higher(ref reader, usage.Input, out _) };
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8)) usage = usage with { CacheWrite = Higher(ref reader, usage.CacheWrite, out _) };
            else if (reader.ValueTextEquals("cache_read_input_tokens"u8)) usage = usage with { CacheRead = Higher(ref reader, usage.CacheRead, out _) };
            else if (reader.ValueTextEquals("output_tokens"u8)) usage = usage with { Output = Higher(ref reader, usage.Output, out output) };
            else if (reader.ValueTextEquals("thinking_tokens"u8)) usage = usage with { Thinking = Higher(ref reader, usage.Thinking, out _) };
            else if (reader.ValueTextEquals("output_tokens_details"u8)) usage = ReadDetails(ref reader, usage);
            else if (reader.ValueTextEquals("cache_creation"u8)) usage = ReadDetails(ref reader, usage);
            else SkipValue(ref reader);
        }

        return usage;
    }

    /// <summary>The string member of that name in the object the reader stands on; null when there is none.</summary>
    public static string? ReadWord(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        string? word = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals(name);
            reader.Read();
            if (wanted && reader.TokenType == JsonTokenType.String) word = Short(reader.GetString());
            else reader.Skip();
        }

        return word;
    }

    public static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private static Usage ReadDetails(ref Utf8JsonReader reader, Usage usage)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return usage;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("thinking_tokens"u8)) usage = usage with { Thinking = Higher(ref reader, usage.Thinking, out _) };
            else if (reader.ValueTextEquals("ephemeral_1h_input_tokens"u8)) usage = usage with { HourWrite = Higher(ref reader, usage.HourWrite, out _) };
            else SkipValue(ref reader);
        }

        return usage;
    }

    private static long Higher(ref Utf8JsonReader reader, long before, out bool told)
    {
        reader.Read();
        told = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value is >= 0 and <= MaxFigure;
        if (told) return Math.Max(before, reader.GetInt64());
        reader.Skip();
        return before;
    }
}
