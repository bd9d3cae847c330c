using System.Buffers;
using System.Text.Json;
using Awoc.Core.Budgets;

namespace Awoc.Gateway.Dialects.Anthropic;

/// <summary>Reads a Messages request once: what it asks for, and where in the body it does.</summary>
internal static class AnthropicRequestReader
{
    private const int MaxModelLength = 200;

    // A tool's arguments may nest deeper than the reader's 64.
    private static readonly JsonReaderOptions s_deep = new() { MaxDepth = 1024 };

    public static bool TryRead(in ReadOnlySequence<byte> body, out RequestFacts facts, out string fault)
    {
        facts = default;
        try
        {
            var reader = new Utf8JsonReader(body, s_deep);
            return TryRead(ref reader, body, out facts, out fault);
        }
        catch (JsonException e)
        {
            fault = $"the body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine})";
            return false;
        }
        catch (InvalidOperationException)
        {
            // A name or a model that is no valid UTF-8.
            fault = "the body is not valid UTF-8";
            return false;
        }
    }

    private static bool TryRead(ref Utf8JsonReader reader, in ReadOnlySequence<byte> body, out RequestFacts facts, out string fault)
    {
        facts = default;
        fault = "the body is no JSON object";
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;

        string? model = null;
        long? cap = null;
        var streams = false;
        var hour = false;
        var places = new AnthropicRequestLayout();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("max_tokens"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value) || value < 0)
                {
                    fault = "max_tokens: must be a whole number, 0 or more";
                    return false;
                }

                // Given twice, parsers differ in which one they take: the dearer is recorded.
                cap = Math.Max(cap ?? 0, value);
                places.MaxTokens.Add(Here(ref reader));
            }
            else if (reader.ValueTextEquals("stream"u8)) streams = ReadTruth(ref reader);
            else if (reader.ValueTextEquals("model"u8)) model = ReadText(ref reader, MaxModelLength) ?? model;
            else if (reader.ValueTextEquals("thinking"u8)) ReadThinking(ref reader, places);
            else if (reader.ValueTextEquals("tool_choice"u8))
            {
                reader.Read();
                places.ToolChoices.Add(Here(ref reader));
            }
            else if (reader.ValueTextEquals("tools"u8)) places.HasTools |= ReadHasElements(ref reader, ref hour);
            else if (reader.ValueTextEquals("context_management"u8)) ReadContextManagement(ref reader, body, places);
            else if (reader.ValueTextEquals("metadata"u8)) ReadMetadata(ref reader, places);
            else
            {
                reader.Read();
                hour |= SkipHasHour(ref reader);
            }
        }

        // The reader itself refuses anything but white space behind the object.
        reader.Read();
        if (cap is null)
        {
            fault = "max_tokens: field required";
            return false;
        }

        places.Asked = cap.Value;
        facts = new RequestFacts(model, Math.Min(cap.Value, Budget.MaxTokens), streams, places, hour);
        return true;
    }

    /// <summary>The value the reader stands on, to its end.</summary>
    private static AnthropicRequestLayout.Span Here(ref Utf8JsonReader reader)
    {
        var start = reader.TokenStartIndex;
        reader.Skip();
        return new AnthropicRequestLayout.Span(start, reader.BytesConsumed);
    }

    private static bool ReadTruth(ref Utf8JsonReader reader)
    {
        reader.Read();
        var truth = reader.TokenType == JsonTokenType.True;
        reader.Skip();
        return truth;
    }

    private static string? ReadText(ref Utf8JsonReader reader, int max)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) return AnthropicJson.Short(reader.GetString(), max);
        reader.Skip();
        return null;
    }

    // {"type":"enabled","budget_tokens":31999}
    private static void ReadThinking(ref Utf8JsonReader reader, AnthropicRequestLayout places)
    {
        reader.Read();
        var start = reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        var enabled = false;
        AnthropicRequestLayout.Span? budget = null;
        long tokens = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                enabled = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("enabled"u8);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("budget_tokens"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value)) tokens = value;
                budget = Here(ref reader);
            }
            else AnthropicJson.SkipValue(ref reader);
        }

        if (enabled && budget is { } place) places.Thinkings.Add(new(new(start, reader.BytesConsumed), place, tokens));
    }

    /// <summary>
    /// Goes past the value that the reader stands on. A cache mark may stand in the system prompt, in tools, in any part of a
    /// message, or over all: <c>"cache_control":{"type":"ephemeral","ttl":"1h"}</c>.
    /// </summary>
    /// <returns>Whether there is one for an hour in it. Words of a tool's arguments that look the same count too: that reserves too much, never too little.</returns>
    private static bool SkipHasHour(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return false;
        var depth = reader.CurrentDepth;
        var hour = false;
        while (reader.Read() && (reader.CurrentDepth > depth || reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray)))
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("ttl"u8)) continue;
            reader.Read();
            hour |= reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("1h"u8);
        }

        return hour;
    }

    private static bool ReadHasElements(ref Utf8JsonReader reader, ref bool hour)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return false;
        }

        var some = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            some = true;
            hour |= SkipHasHour(ref reader);
        }

        return some;
    }

    // {"edits":[{"type":"clear_thinking_20251015","keep":"all"}]}
    private static void ReadContextManagement(ref Utf8JsonReader reader, in ReadOnlySequence<byte> body, AnthropicRequestLayout places)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var edits = reader.ValueTextEquals("edits"u8);
            reader.Read();
            if (edits && reader.TokenType == JsonTokenType.StartArray) ReadEdits(ref reader, body, places);
            else reader.Skip();
        }
    }

    private static void ReadEdits(ref Utf8JsonReader reader, in ReadOnlySequence<byte> body, AnthropicRequestLayout places)
    {
        var start = reader.TokenStartIndex;
        var kept = new ArrayBufferWriter<byte>(64);
        var dropped = false;
        kept.Write("["u8);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var copy = reader;
            var element = Here(ref reader);
            if (AnthropicJson.ReadWord(ref copy, "type"u8)?.StartsWith("clear_thinking", StringComparison.Ordinal) is true)
            {
                dropped = true;
                continue;
            }

            if (kept.WrittenCount > 1) kept.Write(","u8);
            foreach (var memory in body.Slice(element.Start, element.End - element.Start)) kept.Write(memory.Span);
        }

        kept.Write("]"u8);
        if (dropped) places.WithoutThinkingEdits.Add(new AnthropicRequestLayout.Span(start, reader.BytesConsumed).To(kept.WrittenSpan.ToArray()));
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, AnthropicRequestLayout places)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var user = reader.ValueTextEquals("user_id"u8);
            reader.Read();
            var value = Here(ref reader);
            if (user) places.UserIds.Add(value);
        }
    }
}
