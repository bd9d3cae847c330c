using System.Text;
using Awoc.Core.Integration;

namespace Awoc.Engine.Integration;

/// <summary>How a text ends its lines and whether it begins with a mark of its encoding: what a merge keeps of its target.</summary>
internal sealed record LineForm(bool Mark, bool Crlf)
{
    private static ReadOnlySpan<byte> Bom => [0xEF, 0xBB, 0xBF];

    /// <summary>Null for what is no text.</summary>
    public static LineForm? Of(ReadOnlySpan<byte> text)
    {
        if (text.Contains((byte)0)) return null;
        var ends = text.Count((byte)'\n');
        return new LineForm(text.StartsWith(Bom), ends > 0 && text.Count("\r\n"u8) * 2 > ends);
    }

    /// <summary>The same text in this form.</summary>
    public byte[] Give(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith(Bom)) text = text[Bom.Length..];
        using var given = new MemoryStream(text.Length + 16);
        if (Mark) given.Write(Bom);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n') continue;
            if (text[i] == '\n' && Crlf) given.WriteByte((byte)'\r');
            given.WriteByte(text[i]);
        }

        return given.ToArray();
    }

    /// <summary>How many of the lines that were there are there still.</summary>
    public static IntegrationQuality Quality(byte[] before, byte[] after)
    {
        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in Lines(after)) left[line] = left.GetValueOrDefault(line) + 1;
        var (all, kept) = (0, 0);
        foreach (var line in Lines(before))
        {
            all++;
            if (left.GetValueOrDefault(line) is not (> 0 and var count)) continue;
            kept++;
            left[line] = count - 1;
        }

        return new IntegrationQuality { TargetLines = all, TargetLinesKept = kept };
    }

    private static string[] Lines(byte[] text)
    {
        var all = Encoding.UTF8.GetString(text).Split('\n');
        return all[^1].Length == 0 ? all[..^1] : all;
    }
}
