using System.Text;
using CsCheck;

namespace Awoc.Documents.Tests;

public sealed class TextDocumentTests
{
    public static TheoryData<byte[], TextEncoding, bool, string> Encodings => new()
    {
        { "a\nb\n"u8.ToArray(), TextEncoding.Utf8, false, "\n" },
        { [0xEF, 0xBB, 0xBF, .. "a\r\nb"u8], TextEncoding.Utf8, true, "\r\n" },
        { [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("Größe\r\n日本\r\n")], TextEncoding.Utf16LittleEndian, true, "\r\n" },
        { [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("Größe\n")], TextEncoding.Utf16BigEndian, true, "\n" },
        { [], TextEncoding.Utf8, false, "\n" },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void TryRead_AnyEncoding_GoesBackToTheSameBytes(byte[] bytes, TextEncoding encoding, bool mark, string ending)
    {
        Assert.True(TextDocument.TryRead(bytes, "f", out var document, out _));
        Assert.Equal((encoding, mark, ending), (document.Encoding, document.HasByteOrderMark, document.LineEnding));
        Assert.Equal(bytes, document.ToBytes(document.Text));
    }

    [Fact]
    public void TryRead_AnyText_GoesBackToTheSameBytes() => Gen.String.Where(s => !s.Contains('\0') && !s.Any(char.IsSurrogate) && !s.StartsWith('\uFEFF')).Sample(text =>
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return TextDocument.TryRead(bytes, "f", out var document, out _) && document.ToBytes(document.Text).AsSpan().SequenceEqual(bytes)
            && string.Concat(Enumerable.Range(0, document.LineCount).Select(l => document.Lines(l, l + 1).ToString())) == text;
    });

    [Fact]
    public void TryRead_InvalidUtf8_NamesTheLine()
    {
        Assert.False(TextDocument.TryRead([.. "a\nb\n"u8, 0xC3, 0x28], "notes.md", out _, out var fault));
        Assert.Equal("notes.md:3: is not valid UTF-8 (byte 4); convert it to UTF-8 first", fault.ToString());
    }

    [Fact]
    public void TryRead_Binary_IsRefused()
    {
        Assert.False(TextDocument.TryRead([.. "ELF"u8, 0, 1], "a.out", out _, out var fault));
        Assert.Equal("a.out: is binary, not text (a NUL at byte 3)", fault.ToString());
    }

    [Fact]
    public void TryRead_Utf32_IsRefused() => Assert.False(TextDocument.TryRead([0xFF, 0xFE, 0, 0, 65, 0, 0, 0], "f", out _, out _));

    [Fact]
    public void TryRead_HalfOfAUtf16Character_IsRefused() => Assert.False(TextDocument.TryRead([0xFF, 0xFE, 65, 0, 0, 0xD8], "f", out _, out _));

    [Fact]
    public void TryRead_TooLarge_IsRefused()
    {
        Assert.False(TextDocument.TryRead(new byte[TextDocument.MaxBytes + 1], "huge.md", out _, out var fault));
        Assert.Contains("at most 50 MB", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void LineEnding_Mixed_IsThatOfMostLines()
    {
        Assert.True(TextDocument.TryRead("a\r\nb\r\nc\n"u8.ToArray(), "f", out var document, out _));
        Assert.Equal("\r\n", document.LineEnding);
        Assert.Equal(["a", "b", "c"], Enumerable.Range(0, document.LineCount).Select(l => document.Line(l).ToString()));
    }
}
