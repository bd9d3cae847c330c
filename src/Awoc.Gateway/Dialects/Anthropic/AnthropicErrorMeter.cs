using System.Text.Json;
using Awoc.Gateway.Wire;

namespace Awoc.Gateway.Dialects.Anthropic;

/// <summary>The error type of an answer that is no success: <c>{"type":"error","error":{"type":"overloaded_error",…}}</c></summary>
internal sealed class AnthropicErrorMeter : IResponseMeter
{
    private readonly JsonFieldScanner _fields;
    private volatile MeterReading _reading = MeterReading.Nothing;

    public AnthropicErrorMeter() => _fields = new JsonFieldScanner(ReadError, "error");

    public MeterReading Reading => _reading;

    public void Read(ReadOnlySpan<byte> bytes) => _fields.Read(bytes);

    public void End()
    {
    }

    private void ReadError(string name, ReadOnlySpan<byte> value)
    {
        try
        {
            var reader = new Utf8JsonReader(value);
            reader.Read();
            _reading = _reading with { Error = AnthropicJson.ReadWord(ref reader, "type"u8) };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // An error page of something on the way: it has no error type.
        }
    }
}
