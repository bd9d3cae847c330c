using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>What a section or an item of the target holds, to be asked for one block at a time.</summary>
internal sealed class ContentIndex
{
    /// <summary>Looking at more lists for one that holds an item would make a document of like lists cost the square of its size.</summary>
    private const int MaxCandidates = 64;

    private readonly Dictionary<ulong, List<int>> _listsByPath = [];
    private readonly Dictionary<string, int> _listByLeadIn = [];
    private readonly HashSet<ulong> _wholes = [];
    private readonly Dictionary<string, List<(MarkdownBlock Block, HashSet<string> Rows)>> _tables = [];

    public ContentIndex(TextDocument document, IReadOnlyList<MarkdownBlock> blocks, int column)
    {
        for (var index = 0; index < blocks.Count; index++)
        {
            var block = blocks[index];
            switch (block.Kind)
            {
                case MarkdownBlockKind.List:
                    AddList(document, block, column);
                    if (index > 0 && blocks[index - 1].Kind == MarkdownBlockKind.Paragraph)
                        _listByLeadIn.TryAdd(Normal.Block(document, blocks[index - 1], column), Lists.Count - 1);
                    break;
                case MarkdownBlockKind.Table:
                    AddTable(document, block);
                    break;
                default:
                    Keys.Add(Normal.Block(document, block, column));
                    break;
            }
        }

        foreach (var unit in HtmlUnits.Of(document, blocks)) Keys.Add(HtmlUnits.Key(document, unit));
    }

    public HashSet<string> Keys { get; } = [];

    public List<MarkdownBlock> Lists { get; } = [];

    /// <summary>The list that holds most of it, or follows the same words, or is the only one there is; null where none is meant.</summary>
    public MarkdownBlock? FindList(Shape shape, string? leadIn, bool only, out bool same)
    {
        same = _wholes.Contains(shape.Whole);
        if (same || Lists.Count == 0) return null;
        Dictionary<int, int> votes = [];
        foreach (var path in shape.Paths)
        {
            if (!_listsByPath.TryGetValue(path, out var lists)) continue;
            foreach (var list in lists) votes[list] = votes.GetValueOrDefault(list) + 1;
        }

        if (votes.Count > 0) return Lists[votes.OrderByDescending(v => v.Value).ThenBy(v => v.Key).First().Key];
        if (leadIn is not null && _listByLeadIn.TryGetValue(leadIn, out var following)) return Lists[following];
        return only && Lists.Count == 1 ? Lists[0] : null;
    }

    /// <summary>The table of the same columns that holds most of the rows; null where there is none.</summary>
    public (MarkdownBlock Block, HashSet<string> Rows)? FindTable(TableContent table)
    {
        if (!_tables.TryGetValue(table.Key, out var tables)) return null;
        return tables.MaxBy(t => table.Rows.Count(r => t.Rows.Contains(table.RowKey(r))));
    }

    private void AddList(TextDocument document, MarkdownBlock block, int column)
    {
        var shape = Shape.Of(document, block, column);
        _wholes.Add(shape.Whole);
        foreach (var path in shape.Paths)
        {
            if (!_listsByPath.TryGetValue(path, out var lists)) _listsByPath[path] = lists = [];
            if (lists.Count < MaxCandidates) lists.Add(Lists.Count);
        }

        Lists.Add(block);
    }

    private void AddTable(TextDocument document, MarkdownBlock block)
    {
        var table = new TableContent(document, block);
        if (!_tables.TryGetValue(table.Key, out var tables)) _tables[table.Key] = tables = [];
        if (tables.Count < MaxCandidates) tables.Add((block, [.. table.Rows.Select(table.RowKey)]));
    }
}
