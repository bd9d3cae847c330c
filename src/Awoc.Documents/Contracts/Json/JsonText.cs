using System.Text.Json;

namespace Awoc.Documents.Contracts.Json;

/// <summary>Whether bytes are one JSON document, by the letter of RFC 8259.</summary>
public static class JsonText
{
    private static readonly JsonReaderOptions s_strict = new()
    {
        MaxDepth = LinedJson.MaxDepth,
        CommentHandling = JsonCommentHandling.Disallow,
    };

    /// <summary>Why it is none, with the line; null when it is. Linear in size.</summary>
    public static DocumentFault? Fault(ReadOnlySpan<byte> utf8, string file)
    {
        var reader = new Utf8JsonReader(WithoutMark(utf8), s_strict);
        try
        {
            while (reader.Read())
            {
                // An invalid escape or a lone half of a surrogate pair shows only when the text is asked for.
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) _ = reader.GetString();
            }

            return null;
        }
        catch (JsonException fault)
        {
            return new DocumentFault(file, (int)(fault.LineNumber ?? 0) + 1, $"it is no JSON: {Words(fault)}");
        }
        catch (InvalidOperationException fault)
        {
            var line = 1 + WithoutMark(utf8)[..(int)reader.TokenStartIndex].Count((byte)'\n');
            return new DocumentFault(file, line, $"it is no JSON: {fault.Message}");
        }
    }

    /// <summary>The text behind a byte order mark.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> utf8) => utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;

    // "'}' is invalid after a comma. LineNumber: 0 | BytePositionInLine: 8."
    private static string Words(JsonException fault)
    {
        var end = fault.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var said = (end < 0 ? fault.Message : fault.Message[..end]).TrimEnd('.', ' ');
        var hint = said.IndexOf(" Change the reader options", StringComparison.Ordinal);
        return hint < 0 ? said : said[..hint].TrimEnd('.', ' ');
    }
}
