using System.Globalization;
using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>Items of the result at the end of a list of the target, written as that list is: its markers, its indentation, its numbers.</summary>
internal sealed class ListAddition(TextDocument target, MarkdownBlock list, TextDocument result, string? mark)
{
    public void Insert(IReadOnlyList<MarkdownItem> items, LineInsertions edits, int depth, bool closed)
    {
        if (items.Count == 0) return;
        var last = list.Items[^1];
        var indent = Indent(last);
        var sameNumber = list.Items.Count > 1 && list.Items[^2].Number == last.Number;
        var loose = list.Items.Count > 1 && target.IsBlank(last.Start - 1);
        var number = last.Number;
        List<string> lines = [];
        foreach (var item in items)
        {
            if (!sameNumber) number++;
            var marker = list.Ordered ? number.ToString(CultureInfo.InvariantCulture) + list.Marker : list.Marker.ToString();
            if (loose) lines.Add("");
            Add(lines, item, indent, marker, last.ContentColumn - last.Column - MarkerWidth(last));
        }

        edits.Add(list.End, depth, lines, closed);
    }

    private void Add(List<string> lines, MarkdownItem item, string indent, string marker, int spaces)
    {
        var first = ItemLines.Line(result, item, item.Start);
        // Code that starts an item is one space and four more from the marker.
        if (first is [' ' or '\t', ..] || first.Length == 0) spaces = 1;
        var content = new string(' ', marker.Length + Math.Clamp(spaces, 1, 4));
        var marked = mark is not null && item.Blocks is [{ Kind: MarkdownBlockKind.Paragraph } paragraph, ..] ? paragraph.End - 1 : -1;
        for (var line = item.Start; line < item.End; line++)
        {
            var text = line == item.Start ? first : ItemLines.Line(result, item, line);
            if (line == marked) text = $"{text.TrimEnd()} {mark}";
            if (line == item.Start) lines.Add((indent + marker.PadRight(content.Length) + text).TrimEnd());
            else lines.Add(string.IsNullOrWhiteSpace(text) ? "" : indent + content + text);
        }
    }

    /// <summary>The white space of the last item as it is written; spaces where its line starts with another item's marker.</summary>
    private string Indent(MarkdownItem last)
    {
        var line = target.Line(last.Start);
        var white = line[..(line.Length - line.TrimStart(" \t").Length)];
        var column = 0;
        foreach (var c in white) column = Columns.After(c, column);
        return column == last.Column ? white.ToString() : new string(' ', last.Column);
    }

    private int MarkerWidth(MarkdownItem item)
    {
        var text = Columns.From(target.Line(item.Start), item.Column);
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
        return digits + 1;
    }
}
