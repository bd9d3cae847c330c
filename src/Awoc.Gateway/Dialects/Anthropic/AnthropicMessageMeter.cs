using System.Text.Json;
using Awoc.Gateway.Wire;

namespace Awoc.Gateway.Dialects.Anthropic;

/// <summary>Usage of an answer that comes as one JSON object.</summary>
internal sealed class AnthropicMessageMeter : IResponseMeter
{
    private readonly JsonFieldScanner _fields;

    // A whole message is sent when it is done: from its first byte on, tokens have been generated.
    private volatile MeterReading _reading = MeterReading.Nothing with { Begun = true };

    public AnthropicMessageMeter() => _fields = new JsonFieldScanner(ReadField, "usage", "stop_reason");

    public MeterReading Reading => _reading;

    public void Read(ReadOnlySpan<byte> bytes) => _fields.Read(bytes);

    public void End()
    {
    }

    private void ReadField(string name, ReadOnlySpan<byte> value)
    {
        try
        {
            var reader = new Utf8JsonReader(value);
            reader.Read();
            if (name == "usage")
            {
                var usage = AnthropicJson.ReadUsage(ref reader, _reading.Usage, out var output);
                _reading = _reading with { Usage = usage, Final = _reading.Final || output };
            }
            else if (reader.TokenType == JsonTokenType.String) _reading = _reading with { Stop = AnthropicJson.Short(reader.GetString()) };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Passed on to the agent as it is, and nothing is learnt from it.
        }
    }
}
