using System.Text.Json;
using Awoc.Core.Budgets;
using Awoc.Gateway.Wire;

namespace Awoc.Gateway.Dialects.Anthropic;

/// <summary>
/// Usage of a streamed answer: <c>message_start</c> has the input side and a placeholder for the output, the last
/// <c>message_delta</c> the real output with the stop reason.
/// </summary>
internal sealed class AnthropicStreamMeter : IResponseMeter
{
    private readonly SseReader _events;
    private volatile MeterReading _reading = MeterReading.Nothing;
    private bool _outputTold;

    public AnthropicStreamMeter() => _events = new SseReader(ReadEvent);

    public MeterReading Reading => _reading;

    public void Read(ReadOnlySpan<byte> bytes) => _events.Read(bytes);

    public void End() => _events.End();

    private void ReadEvent(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject) ReadEvent(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or a word that is no UTF-8: passed on to the agent as it is, and nothing is learnt from it.
        }
    }

    private void ReadEvent(ref Utf8JsonReader reader)
    {
        var seen = _reading;
        var type = EventType.Unknown;
        var output = false;
        string? stop = null;
        string? error = null;
        var usage = seen.Usage;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = TypeOf(ref reader);

                // The type comes first on the real wire: nearly all events end here, unparsed.
                if (type == EventType.Content) return;
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                usage = AnthropicJson.ReadUsage(ref reader, usage, out output);
            }
            else if (reader.ValueTextEquals("message"u8)) usage = ReadMessage(ref reader, usage);
            else if (reader.ValueTextEquals("delta"u8))
            {
                reader.Read();
                stop = AnthropicJson.ReadWord(ref reader, "stop_reason"u8);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                error = AnthropicJson.ReadWord(ref reader, "type"u8);
            }
            else AnthropicJson.SkipValue(ref reader);
        }

        _reading = type switch
        {
            EventType.Start => seen with { Begun = true, Usage = usage },
            EventType.Delta => Told(seen with { Begun = true, Usage = usage, Stop = stop ?? seen.Stop }, output, stop is not null),
            EventType.Stop => seen with { Final = seen.Final || _outputTold },
            EventType.Error => seen with { Error = error },
            _ => seen,
        };
    }

    private MeterReading Told(MeterReading reading, bool output, bool stopped)
    {
        _outputTold |= output;
        return reading with { Final = reading.Final || (_outputTold && stopped) };
    }

    private static Usage ReadMessage(ref Utf8JsonReader reader, Usage usage)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return usage;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("usage"u8))
            {
                AnthropicJson.SkipValue(ref reader);
                continue;
            }

            reader.Read();
            usage = AnthropicJson.ReadUsage(ref reader, usage, out _);
        }

        return usage;
    }

    private static EventType TypeOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return EventType.Unknown;
        }

        if (reader.ValueTextEquals("content_block_delta"u8) || reader.ValueTextEquals("content_block_start"u8)
            || reader.ValueTextEquals("content_block_stop"u8) || reader.ValueTextEquals("ping"u8)) return EventType.Content;
        if (reader.ValueTextEquals("message_start"u8)) return EventType.Start;
        if (reader.ValueTextEquals("message_delta"u8)) return EventType.Delta;
        if (reader.ValueTextEquals("message_stop"u8)) return EventType.Stop;
        return reader.ValueTextEquals("error"u8) ? EventType.Error : EventType.Unknown;
    }

    private enum EventType
    {
        Unknown,
        Content,
        Start,
        Delta,
        Stop,
        Error,
    }
}
