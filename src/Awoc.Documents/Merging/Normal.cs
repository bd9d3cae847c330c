using System.Text;
using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>What two pieces of text have in common that say the same: marks, white space and, where it says so, case do not count.</summary>
internal static class Normal
{
    public const string MarkStart = "<!-- awoc:";
    private const string MarkEnd = "-->";

    /// <summary>The longest mark; looking further for its end would take a time that grows with the square of the text.</summary>
    private const int MarkLength = 200;

    /// <summary>Parts what would otherwise grow together, such as two lists.</summary>
    public const string Separator = "<!-- -->";

    /// <summary>The text with each run of white space as one space, without AWOC's marks.</summary>
    public static string Text(ReadOnlySpan<char> text)
    {
        var builder = new StringBuilder(text.Length);
        Append(builder, text);
        return builder.ToString();
    }

    public static void Append(StringBuilder builder, ReadOnlySpan<char> text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '<' && text[at..].StartsWith(MarkStart, StringComparison.Ordinal) && text.Slice(at, Math.Min(MarkLength, text.Length - at)).IndexOf(MarkEnd, StringComparison.Ordinal) is var end and > 0)
            {
                at += end + MarkEnd.Length - 1;
            }
            else if (!char.IsWhiteSpace(text[at]))
            {
                builder.Append(text[at]);
                continue;
            }

            if (builder.Length > 0 && builder[^1] != ' ') builder.Append(' ');
        }

        if (builder.Length > 0 && builder[^1] == ' ') builder.Length--;
    }

    /// <summary>A heading without its number, emphasis, closing colon and case: <c>1. **Install**:</c> is <c>install</c>.</summary>
    public static string Heading(string name)
    {
        var text = Text(name).ToLowerInvariant();
        var bare = new string([.. text.Where(c => c is not ('*' or '_' or '`'))]).Trim();
        bare = WithoutNumber(bare).TrimEnd(':', ' ');
        return bare.Length > 0 ? bare : text;
    }

    /// <summary>The words of a list's item: without case and closing punctuation.</summary>
    public static string Item(ReadOnlySpan<char> text) => Text(text).ToLowerInvariant().TrimEnd('.', ';', ',', ' ');

    /// <summary>The comparison key of a block that is one whole, dedented by its container's columns.</summary>
    public static string Block(TextDocument document, MarkdownBlock block, int column)
    {
        var builder = new StringBuilder();
        builder.Append((char)('a' + (int)block.Kind)).Append(':');
        if (block.Kind is MarkdownBlockKind.Fence or MarkdownBlockKind.IndentedCode)
        {
            var common = block.Kind == MarkdownBlockKind.IndentedCode ? column + 4 : column;
            for (var line = block.Start; line < block.End; line++)
            {
                builder.Append(line == block.Start && block.Kind == MarkdownBlockKind.Fence
                    ? Columns.FromMarker(document.Line(line)).Trim()
                    : Columns.Dedent(document.Line(line), common).AsSpan().TrimEnd()).Append('\n');
            }

            return builder.ToString();
        }

        for (var line = block.Start; line < block.End; line++)
        {
            var text = Columns.From(document.Line(line), line == block.Start ? column : 0);
            if (block.Kind == MarkdownBlockKind.Quote) text = text.TrimStart().TrimStart('>');
            if (line > block.Start && builder.Length > 2) builder.Append(' ');
            Append(builder, text);
        }

        return builder.ToString();
    }

    public static bool IsMark(ReadOnlySpan<char> line)
    {
        line = line.Trim();
        return line.StartsWith(MarkStart, StringComparison.Ordinal) && line.EndsWith(MarkEnd, StringComparison.Ordinal)
            || line.SequenceEqual(Separator);
    }

    /// <summary><c>1. </c>, <c>1.2) </c> before a word; a version such as <c>1.2.0</c> is no number of a heading.</summary>
    private static string WithoutNumber(string text)
    {
        var at = 0;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.')) at++;
        if (at == 0 || at > 9) return text;
        if (text[at - 1] != '.' && !(at < text.Length && text[at] == ')')) return text;
        if (at < text.Length && text[at] == ')') at++;
        return at + 1 < text.Length && text[at] == ' ' && char.IsLetter(text[at + 1]) ? text[(at + 1)..] : text;
    }
}
