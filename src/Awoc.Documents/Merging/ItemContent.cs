using System.Text;
using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>An item of a list as it is compared: by the words of its first paragraph; what follows that is merged into an equal item.</summary>
internal sealed class ItemContent
{
    public ItemContent(TextDocument document, MarkdownItem item)
    {
        if (item.Blocks is [])
        {
            (Key, Rest) = ("", []);
            return;
        }

        var first = item.Blocks[0];
        if (first.Kind != MarkdownBlockKind.Paragraph)
        {
            // An item that starts with code or with another list is one whole.
            var whole = new StringBuilder().Append('|');
            for (var line = item.Start; line < item.End; line++) whole.Append(ItemLines.Line(document, item, line)).Append('\n');
            (Key, Rest) = (whole.ToString().TrimEnd(), []);
            return;
        }

        var text = new StringBuilder();
        for (var line = first.Start; line < first.End; line++) text.Append(ItemLines.Line(document, item, line)).Append(' ');
        var words = text.ToString();
        Checked = words switch
        {
            ['[', ' ', ']', ' ' or '\t', ..] => false,
            ['[', 'x' or 'X', ']', ' ' or '\t', ..] => true,
            _ => null,
        };
        Words = Normal.Text(Checked is null ? words : words.AsSpan(4));
        Key = Normal.Item(Words);
        Rest = item.Blocks.Count == 1 ? [] : [.. item.Blocks.Skip(1)];
    }

    public string Key { get; }

    public string Words { get; } = "";

    /// <summary>Of a task list; null for a plain item.</summary>
    public bool? Checked { get; }

    public IReadOnlyList<MarkdownBlock> Rest { get; }
}

/// <summary>The lines of an item without the item's own indentation and marker.</summary>
internal static class ItemLines
{
    public static string Line(TextDocument document, MarkdownItem item, int line)
    {
        if (line != item.Start) return Columns.Dedent(document.Line(line), item.ContentColumn);
        var text = Columns.From(document.Line(line), item.Column);
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
        var (at, column) = (Math.Min(digits + 1, text.Length), item.Column + digits + 1);
        while (at < text.Length && column < item.ContentColumn && text[at] is ' ' or '\t') column = Columns.After(text[at++], column);
        return column > item.ContentColumn ? string.Concat(new string(' ', column - item.ContentColumn), text[at..]) : text[at..].ToString();
    }
}
