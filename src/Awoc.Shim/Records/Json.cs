using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Awoc.Shim.Records;

/// <summary>One buffer and one writer for every record and message, so that a shim at work allocates nothing.</summary>
internal sealed class JsonOut : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _writer;

    internal JsonOut() => _writer = new Utf8JsonWriter(
        _buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public void Dispose() => _writer.Dispose();

    /// <summary>Begins an object; the one before is gone.</summary>
    internal Utf8JsonWriter Begin()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        _writer.WriteStartObject();
        return _writer;
    }

    internal Utf8JsonWriter Begin(ReadOnlySpan<byte> type)
    {
        var writer = Begin();
        writer.WriteString("t"u8, type);
        return writer;
    }

    /// <summary>Ends the object and its line. The bytes are good until the next <see cref="Begin()"/>.</summary>
    internal ReadOnlySpan<byte> End()
    {
        _writer.WriteEndObject();
        _writer.Flush();
        _buffer.GetSpan(1)[0] = (byte)'\n';
        _buffer.Advance(1);
        return _buffer.WrittenSpan;
    }
}

internal static class JsonExtensions
{
    extension(ref Utf8JsonReader reader)
    {
        /// <summary>The value that follows as UTF-8; null for null.</summary>
        internal byte[]? NextText()
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.String) return null;
            return reader.Text();
        }

        internal long? NextNumber()
        {
            reader.Read();
            return reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : null;
        }

        internal bool NextFlag()
        {
            reader.Read();
            return reader.TokenType == JsonTokenType.True;
        }

        /// <summary>The string or name under the reader.</summary>
        internal byte[] Text()
        {
            if (!reader.ValueIsEscaped) return reader.ValueSpan.ToArray();
            var text = new byte[reader.ValueSpan.Length];
            return text[..reader.CopyString(text)];
        }

        /// <summary>The strings of the array that follows.</summary>
        internal List<byte[]> NextTexts()
        {
            List<byte[]> texts = [];
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray) return texts;
            while (reader.Read() && reader.TokenType == JsonTokenType.String) texts.Add(reader.Text());
            return texts;
        }

        /// <summary>The object that follows as entries <c>NAME=value</c>.</summary>
        internal List<byte[]> NextEntries()
        {
            List<byte[]> entries = [];
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) return entries;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.Text();
                if (reader.NextText() is { } value) entries.Add([.. name, (byte)'=', .. value]);
            }

            return entries;
        }
    }

    extension(Utf8JsonWriter writer)
    {
        internal void Number(ReadOnlySpan<byte> name, long? value)
        {
            if (value is { } number) writer.WriteNumber(name, number);
            else writer.WriteNull(name);
        }

        internal void Text(ReadOnlySpan<byte> name, string? value)
        {
            if (value is null) writer.WriteNull(name);
            else writer.WriteString(name, value);
        }
    }
}
