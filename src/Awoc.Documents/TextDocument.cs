using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Awoc.Documents;

/// <summary>
/// A text file as it is: its characters, its lines, and what turns it back into the same bytes (encoding, byte order mark, line endings,
/// a final one or none). A line ends with LF, CRLF or CR; each keeps its own.
/// </summary>
public sealed class TextDocument
{
    /// <summary>The largest file that is read: 50 MB.</summary>
    public const int MaxBytes = 50 * 1024 * 1024;

    private static readonly SearchValues<char> s_lineEnds = SearchValues.Create('\r', '\n');
    private static readonly UnicodeEncoding s_utf16Little = new(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding s_utf16Big = new(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);

    /// <summary>Where each line starts, and at last the text's length.</summary>
    private readonly int[] _starts;

    private TextDocument(string name, string text, TextEncoding encoding, bool byteOrderMark)
    {
        (Name, Text, Encoding, HasByteOrderMark) = (name, text, encoding, byteOrderMark);
        (_starts, LineEnding) = Split(text);
    }

    /// <summary>The path as the user knows it.</summary>
    public string Name { get; }

    /// <summary>All characters, line endings as they are, without the byte order mark.</summary>
    public string Text { get; }

    public TextEncoding Encoding { get; }
    public bool HasByteOrderMark { get; }

    /// <summary>The ending that most lines have, which added lines take; LF where there is none, CR only where there is nothing else.</summary>
    public string LineEnding { get; }

    /// <summary>An ending at the end of the text starts no further line.</summary>
    public int LineCount => _starts.Length - 1;

    public bool EndsWithLineEnding => Text is [.., '\n' or '\r'];

    /// <summary>The line without its ending; counted from 0.</summary>
    public ReadOnlySpan<char> Line(int index) => Text.AsSpan(_starts[index], LineLength(index));

    /// <summary>Where the line starts in <see cref="Text"/>; the text's length for <see cref="LineCount"/>.</summary>
    public int LineStart(int index) => _starts[index];

    /// <summary>The lines from <paramref name="start"/> until before <paramref name="end"/>, with their endings.</summary>
    public ReadOnlySpan<char> Lines(int start, int end) => Text.AsSpan(_starts[start], _starts[end] - _starts[start]);

    public bool IsBlank(int index) => Line(index).IsWhiteSpace();

    /// <summary>The line that holds the character at that offset.</summary>
    public int LineAt(int offset)
    {
        var index = Array.BinarySearch(_starts, 0, LineCount, offset);
        return index >= 0 ? index : Math.Max(0, ~index - 1);
    }

    /// <summary>A document that does not exist yet, written as <paramref name="like"/> is.</summary>
    public static TextDocument Empty(string name, TextDocument? like = null) =>
        new(name, "", like?.Encoding ?? TextEncoding.Utf8, like?.HasByteOrderMark ?? false);

    /// <summary>Another text, stored as this one is.</summary>
    public TextDocument With(string text) => new(Name, text, Encoding, HasByteOrderMark);

    /// <summary>A document of characters that are in memory already.</summary>
    public static TextDocument Of(string name, string text) => new(name, text, TextEncoding.Utf8, byteOrderMark: false);

    /// <summary>
    /// Reads UTF-8, or UTF-16 with its byte order mark. Anything else is no text: a NUL, an invalid sequence and a file above
    /// <see cref="MaxBytes"/> are faults that say where.
    /// </summary>
    public static bool TryRead(
        byte[] bytes, string name, [NotNullWhen(true)] out TextDocument? document, [NotNullWhen(false)] out DocumentFault? fault)
    {
        (document, fault) = (null, null);
        if (bytes.Length > MaxBytes)
        {
            fault = new DocumentFault(name, null, $"is {bytes.Length / (1024 * 1024)} MB; at most {MaxBytes / (1024 * 1024)} MB are worked on");
            return false;
        }

        var (encoding, mark) = Detect(bytes);
        if (encoding is null)
        {
            fault = new DocumentFault(name, null, "is UTF-32; convert it to UTF-8 first");
            return false;
        }

        var body = bytes.AsSpan(mark);
        var text = encoding == TextEncoding.Utf8 ? DecodeUtf8(body, name, mark, out fault) : DecodeUtf16(body, name, encoding.Value, out fault);
        if (text is null || fault is not null)
        {
            fault ??= new DocumentFault(name, null, "is no text");
            return false;
        }

        document = new TextDocument(name, text, encoding.Value, mark > 0);
        return true;
    }

    /// <summary>The bytes of another text in this document's encoding and with its byte order mark.</summary>
    public byte[] ToBytes(string text)
    {
        Encoding encoding = Encoding switch
        {
            TextEncoding.Utf8 => System.Text.Encoding.UTF8,
            TextEncoding.Utf16LittleEndian => s_utf16Little,
            TextEncoding.Utf16BigEndian => s_utf16Big,
        };
        ReadOnlySpan<byte> mark = HasByteOrderMark ? ByteOrderMark(Encoding) : [];
        var bytes = new byte[mark.Length + encoding.GetByteCount(text)];
        mark.CopyTo(bytes);
        encoding.GetBytes(text, bytes.AsSpan(mark.Length));
        return bytes;
    }

    private int LineLength(int index)
    {
        var (start, end) = (_starts[index], _starts[index + 1]);
        if (end > start && Text[end - 1] == '\n') end--;
        if (end > start && Text[end - 1] == '\r') end--;
        return end - start;
    }

    private static ReadOnlySpan<byte> ByteOrderMark(TextEncoding encoding) => encoding switch
    {
        TextEncoding.Utf8 => [0xEF, 0xBB, 0xBF],
        TextEncoding.Utf16LittleEndian => [0xFF, 0xFE],
        TextEncoding.Utf16BigEndian => [0xFE, 0xFF],
    };

    private static (TextEncoding? Encoding, int Mark) Detect(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] => (null, 4),
        [0xEF, 0xBB, 0xBF, ..] => (TextEncoding.Utf8, 3),
        [0xFF, 0xFE, ..] => (TextEncoding.Utf16LittleEndian, 2),
        [0xFE, 0xFF, ..] => (TextEncoding.Utf16BigEndian, 2),
        _ => (TextEncoding.Utf8, 0),
    };

    private static string? DecodeUtf8(ReadOnlySpan<byte> bytes, string name, int mark, out DocumentFault? fault)
    {
        fault = null;
        var nul = bytes.IndexOf((byte)0);
        if (nul >= 0)
        {
            fault = new DocumentFault(name, null, $"is binary, not text (a NUL at byte {nul + mark})");
            return null;
        }

        var characters = ArrayPool<char>.Shared.Rent(bytes.Length);
        try
        {
            var status = Utf8.ToUtf16(bytes, characters, out var read, out var written, replaceInvalidSequences: false);
            if (status == OperationStatus.Done) return new string(characters, 0, written);
            var line = bytes[..read].Count((byte)'\n') + 1;
            fault = new DocumentFault(name, line, $"is not valid UTF-8 (byte {read + mark}); convert it to UTF-8 first");
            return null;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    private static string? DecodeUtf16(ReadOnlySpan<byte> bytes, string name, TextEncoding encoding, out DocumentFault? fault)
    {
        fault = null;
        try
        {
            var text = (encoding == TextEncoding.Utf16BigEndian ? s_utf16Big : s_utf16Little).GetString(bytes);
            var nul = text.IndexOf('\0', StringComparison.Ordinal);
            if (nul < 0) return text;
            fault = new DocumentFault(name, null, $"is binary, not text (a NUL at character {nul})");
        }
        catch (DecoderFallbackException e)
        {
            fault = new DocumentFault(name, null, $"is not valid UTF-16 (byte {Math.Max(0, e.Index) + 2}); convert it to UTF-8 first");
        }

        return null;
    }

    private static (int[] Starts, string LineEnding) Split(string text)
    {
        var starts = new List<int>(text.Length / 32 + 2) { 0 };
        int lf = 0, crlf = 0, cr = 0;
        for (var at = 0; at < text.Length;)
        {
            var next = text.AsSpan(at).IndexOfAny(s_lineEnds);
            if (next < 0) break;
            at += next;
            if (text[at] == '\n')
            {
                lf++;
            }
            else if (at + 1 < text.Length && text[at + 1] == '\n')
            {
                crlf++;
                at++;
            }
            else
            {
                cr++;
            }

            starts.Add(++at);
        }

        if (starts[^1] < text.Length) starts.Add(text.Length);
        return ([.. starts], lf + crlf == 0 && cr > 0 ? "\r" : crlf > lf ? "\r\n" : "\n");
    }
}
