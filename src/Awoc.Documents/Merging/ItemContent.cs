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
            for (var line = item.Start; line < item.End; line++) whole.Append(Normal.Text(ItemLines.Line(document, item, line))).Append('\n');
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
        if (line != item.Start) return IsCode(item.Blocks, line) ? Columns.Dedent(document.Line(line), item.ContentColumn) : Columns.DedentExpanded(document.Line(line), item.ContentColumn);
        // The marker and what is before it, which may be the marker of the item around it, give way to columns.
        var text = document.Line(line);
        var (at, column) = (0, 0);
        while (at < text.Length && column < item.Column) column = Columns.After(text[at++], column);
        while (at < text.Length && char.IsAsciiDigit(text[at])) (at, column) = (at + 1, column + 1);
        (at, column) = (Math.Min(at + 1, text.Length), column + 1);
        return Columns.DedentExpanded(string.Concat(new string(' ', column), text[at..]), item.ContentColumn);
    }

    /// <summary>Whether the line is within a fence of these blocks, however deep.</summary>
    public static bool IsCode(IReadOnlyList<MarkdownBlock> blocks, int line)
    {
        // Both stand in order: to look through all items for each line would take the square of their number.
        if (Last(blocks, b => b.Start, line) is not { } block || line >= block.End) return false;
        if (block.Kind == MarkdownBlockKind.Fence) return line > block.Start && line < block.End - 1;
        return Last(block.Items, i => i.Start, line) is { } item && line < item.End && IsCode(item.Blocks, line);
    }

    /// <summary>The last one that starts at the line or before it.</summary>
    private static T? Last<T>(IReadOnlyList<T> parts, Func<T, int> start, int line)
        where T : class
    {
        var (low, high) = (0, parts.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (start(parts[middle]) <= line) low = middle + 1;
            else high = middle;
        }

        return low == 0 ? null : parts[low - 1];
    }
}
