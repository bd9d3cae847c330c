using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>A table as it is compared: by its set of columns, row by row.</summary>
internal sealed class TableContent
{
    private readonly List<string> _heads;

    /// <summary>The columns in an order that does not depend on the table's.</summary>
    private readonly int[] _order;

    public TableContent(TextDocument document, MarkdownBlock block)
    {
        _heads = [.. PipeTable.Cells(document.Line(block.Start)).Select(h => Normal.Heading(h))];
        _order = [.. Enumerable.Range(0, _heads.Count).OrderBy(i => _heads[i], StringComparer.Ordinal)];
        Key = string.Join('|', _order.Select(i => _heads[i]));
        for (var line = block.Start + 2; line < block.End; line++) Rows.Add(PipeTable.Cells(document.Line(line)));
    }

    /// <summary>Equal for tables of the same columns.</summary>
    public string Key { get; }

    public List<List<string>> Rows { get; } = [];

    /// <summary>Equal for rows that say the same of the same columns.</summary>
    public string RowKey(List<string> row) =>
        string.Join('|', _order.Select(i => i < row.Count ? Normal.Text(row[i]) : "").Concat(row.Skip(_heads.Count).Select(c => Normal.Text(c))));

    /// <summary>The row of a table with the same columns, in the order of this one.</summary>
    public List<string> Reorder(TableContent other, List<string> row)
    {
        var cells = new string[_heads.Count];
        for (var at = 0; at < _order.Length; at++)
        {
            var from = other._order[at];
            cells[_order[at]] = from < row.Count ? row[from] : "";
        }

        // Cells beyond the columns are not shown by most, and are not ours to drop.
        return [.. cells, .. row.Skip(_heads.Count)];
    }
}
