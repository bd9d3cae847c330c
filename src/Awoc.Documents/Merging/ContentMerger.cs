using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>
/// Brings blocks of the result into a section or an item that the target has too: lists and tables join, what is there already is dropped,
/// the rest goes to the end of it.
/// </summary>
internal sealed class ContentMerger(
    TextDocument target, TextDocument result, DefinitionIndex definitions, LineInsertions edits, MergeTally tally, string? mark)
{
    /// <param name="column">At which the result's container has its content.</param>
    public void Merge(Place place, IReadOnlyList<MarkdownBlock> blocks, int column)
    {
        if (blocks.Count == 0) return;
        var index = new ContentIndex(target, place.Blocks, place.Indent);
        var ends = HtmlUnits.Ends(result, blocks);
        var onlyList = blocks.Count(b => b.Kind == MarkdownBlockKind.List) == 1;
        var pending = new PendingBlocks(result, column);
        for (var at = 0; at < blocks.Count; at++)
        {
            var block = blocks[at];
            if (ends[at] > at + 1)
            {
                var unit = blocks.Skip(at).Take(ends[at] - at).ToList();
                if (index.Keys.Add(HtmlUnits.Key(result, unit))) pending.Add(block with { End = unit[^1].End });
                else tally.Duplicates++;
                at = ends[at] - 1;
                continue;
            }

            switch (block.Kind)
            {
                case MarkdownBlockKind.Break:
                case MarkdownBlockKind.Html when block.End - block.Start == 1 && Normal.IsMark(result.Line(block.Start)):
                    break;
                case MarkdownBlockKind.Definition or MarkdownBlockKind.Footnote:
                    if (definitions.IsNew(result, block, place.Where, tally)) pending.Add(block);
                    break;
                case MarkdownBlockKind.List:
                    var leadIn = at > 0 && blocks[at - 1].Kind == MarkdownBlockKind.Paragraph ? Normal.Block(result, blocks[at - 1], column) : null;
                    if (!Join(place, index, block, column, leadIn, onlyList)) pending.AddWithLeadIn(blocks, at);
                    break;
                case MarkdownBlockKind.Table:
                    if (!JoinTable(place, index, block)) pending.AddWithLeadIn(blocks, at);
                    break;
                default:
                    // Decided with the block it leads to.
                    if (LeadIn.Is(result, blocks, at)) break;
                    if (index.Keys.Add(Normal.Block(result, block, column))) pending.AddWithLeadIn(blocks, at);
                    else tally.Duplicates++;
                    break;
            }
        }

        pending.Insert(target, place, edits, mark);
    }

    private bool Join(Place place, ContentIndex index, MarkdownBlock block, int column, string? leadIn, bool only)
    {
        var shape = Shape.Of(result, block, column);
        if (shape.Paths.Count == 0) return true;
        var list = index.FindList(shape, leadIn, only, out var same);
        if (same)
        {
            tally.Duplicates += shape.Paths.Count;
            return true;
        }

        if (list is null) return false;
        MergeList(place, list, block);
        return true;
    }

    private void MergeList(Place place, MarkdownBlock list, MarkdownBlock from)
    {
        var depth = Math.Max(place.Depth, Place.ListDepth) + 1;
        var within = place.Within ?? list.End;
        var byKey = list.Items.Select(i => (Item: i, Content: new ItemContent(target, i))).ToLookup(i => i.Content.Key);
        HashSet<ulong> added = [];
        List<MarkdownItem> news = [];
        foreach (var item in from.Items)
        {
            var content = new ItemContent(result, item);
            if (content.Key.Length == 0 && content.Rest.Count == 0) continue;
            var alike = byKey[content.Key].ToList();
            if (alike.Count == 0)
            {
                if (added.Add(Shape.Of(result, item).Whole)) news.Add(item);
                else tally.Duplicates++;
                continue;
            }

            tally.Duplicates++;
            var (into, there) = alike.Count == 1 ? alike[0] : Best(alike, Shape.Of(result, item));
            if (there.Checked != content.Checked && there.Checked is not null && content.Checked is not null)
            {
                tally.Conflict(
                    place.Where, into.Start + 1, $"[{(there.Checked.Value ? 'x' : ' ')}] {there.Words}", $"[{(content.Checked.Value ? 'x' : ' ')}] {content.Words}");
            }

            Merge(new Place(there.Rest is [] ? [.. into.Blocks.Take(1)] : there.Rest, into.End, depth + 1, into.ContentColumn, within, place.Where), content.Rest, item.ContentColumn);
        }

        new ListAddition(target, list, result, mark).Insert(news, edits, depth, closed: list.End >= within);
    }

    private (MarkdownItem, ItemContent) Best(List<(MarkdownItem Item, ItemContent Content)> alike, Shape shape) =>
        alike.Take(64).MaxBy(a => shape.Overlap(Shape.Of(target, a.Item)));

    private bool JoinTable(Place place, ContentIndex index, MarkdownBlock block)
    {
        var table = new TableContent(result, block);
        if (index.FindTable(table) is not { } found) return false;
        var there = new TableContent(target, found.Block);
        List<string> rows = [];
        foreach (var row in table.Rows)
        {
            if (found.Rows.Add(table.RowKey(row))) rows.Add(Row(there.Reorder(table, row), place.Indent));
            else tally.Duplicates++;
        }

        edits.Add(found.Block.End, Math.Max(place.Depth, Place.ListDepth) + 1, rows, closed: false);
        return true;
    }

    private string Row(List<string> cells, int indent)
    {
        if (mark is not null) cells[^1] = cells[^1].Length == 0 ? mark : $"{cells[^1]} {mark}";
        return $"{new string(' ', indent)}| {string.Join(" | ", cells)} |";
    }
}
