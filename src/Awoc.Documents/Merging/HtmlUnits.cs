using System.Collections.Frozen;
using System.Text;
using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>
/// Blocks from an HTML block that opens elements until the one that closes them, as in <c>&lt;details&gt;</c>, text, <c>&lt;/details&gt;</c>:
/// such a unit comes whole or not at all, for half of it would swallow what follows.
/// </summary>
internal static class HtmlUnits
{
    private static readonly FrozenSet<string> s_void = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr");

    /// <summary>The units of more than one block.</summary>
    public static IEnumerable<IReadOnlyList<MarkdownBlock>> Of(TextDocument document, IReadOnlyList<MarkdownBlock> blocks)
    {
        var ends = Ends(document, blocks);
        for (var index = 0; index < blocks.Count; index++)
        {
            var end = ends[index];
            if (end == index + 1) continue;
            yield return [.. blocks.Skip(index).Take(end - index)];
            index = end - 1;
        }
    }

    /// <summary>For each block the index after the last block of the unit that it starts: the next one where nothing stays open.</summary>
    public static int[] Ends(TextDocument document, IReadOnlyList<MarkdownBlock> blocks)
    {
        var ends = new int[blocks.Count];
        Stack<(int Index, int Before)> open = [];
        var depth = 0;
        for (var index = 0; index < blocks.Count; index++)
        {
            ends[index] = index + 1;
            if (blocks[index].Kind != MarkdownBlockKind.Html) continue;
            var before = depth;
            depth += Balance(document, blocks[index]);
            if (depth > before) open.Push((index, before));
            while (open.TryPeek(out var top) && depth <= top.Before) ends[open.Pop().Index] = index + 1;
        }

        return ends;
    }

    public static string Key(TextDocument document, IReadOnlyList<MarkdownBlock> unit)
    {
        var key = new StringBuilder("unit:");
        for (var line = unit[0].Start; line < unit[^1].End; line++)
        {
            if (document.IsBlank(line) || Normal.IsMark(document.Line(line))) continue;
            key.Append(Normal.Text(document.Line(line))).Append('\n');
        }

        return key.ToString();
    }

    /// <summary>Elements opened less elements closed.</summary>
    private static int Balance(TextDocument document, MarkdownBlock block)
    {
        var text = document.Lines(block.Start, block.End);
        var open = 0;
        for (var at = text.IndexOf('<'); at >= 0 && at + 1 < text.Length;)
        {
            var rest = text[(at + 1)..];
            if (rest.StartsWith("!--", StringComparison.Ordinal))
            {
                var end = rest.IndexOf("-->", StringComparison.Ordinal);
                if (end < 0) break;
                at += end + 4;
            }
            else
            {
                var closing = rest[0] == '/';
                if (closing) rest = rest[1..];
                var length = 0;
                while (length < rest.Length && (char.IsAsciiLetterOrDigit(rest[length]) || rest[length] == '-')) length++;
                if (length > 0 && char.IsAsciiLetter(rest[0]) && !s_void.Contains(rest[..length].ToString()) && !IsSelfClosed(rest)) open += closing ? -1 : 1;
                at += 1 + length;
            }

            var next = at < text.Length ? text[at..].IndexOf('<') : -1;
            at = next < 0 ? -1 : at + next;
        }

        return open;
    }

    private static bool IsSelfClosed(ReadOnlySpan<char> tag)
    {
        var end = tag.IndexOfAny('<', '>');
        return end > 0 && tag[end] == '>' && tag[end - 1] == '/';
    }
}
