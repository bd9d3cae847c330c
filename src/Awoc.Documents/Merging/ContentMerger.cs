using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>
/// Brings blocks of the result into a section or an item that the target has too: lists and tables join, what is there already is dropped,
/// the rest goes to the end of it.
/// </summary>
internal sealed class ContentMerger(
    TextDocument target, TextDocument result, DefinitionIndex definitions, LineInsertions edits, MergeTally tally, string? mark)
{
    /// <summary>Among more items of the same words the best one is not looked for.</summary>
    private const int MaxAlike = 64;

    private readonly Dictionary<MarkdownBlock, Dictionary<string, List<KnownItem>>> _lists = new(ReferenceEqualityComparer.Instance);

    /// <summary>By the first block of it.</summary>
    private readonly Dictionary<MarkdownBlock, ContentIndex> _places = new(ReferenceEqualityComparer.Instance);

    /// <param name="column">At which the result's container has its content.</param>
    public void Merge(Place place, IReadOnlyList<MarkdownBlock> blocks, int column)
    {
        if (blocks.Count == 0) return;
        var index = IndexOf(place);
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
        var byKey = KeysOf(list);
        HashSet<ulong> added = [];
        List<MarkdownItem> news = [];
        foreach (var item in from.Items)
        {
            var content = new ItemContent(result, item);
            if (content.Key.Length == 0 && content.Rest.Count == 0) continue;
            if (!byKey.TryGetValue(content.Key, out var alike))
            {
                if (added.Add(Shape.Of(result, item).Whole)) news.Add(item);
                else tally.Duplicates++;
                continue;
            }

            tally.Duplicates++;
            var known = alike is [var one] ? one : Best(alike, Shape.Of(result, item));
            var (into, there) = (known.Item, known.Content);
            if (there.Checked != content.Checked && there.Checked is not null && content.Checked is not null)
            {
                tally.Conflict(
                    place.Where, into.Start + 1, $"[{(there.Checked.Value ? 'x' : ' ')}] {there.Words}", $"[{(content.Checked.Value ? 'x' : ' ')}] {content.Words}");
            }

            Merge(new Place(there.Rest is [] ? [.. into.Blocks.Take(1)] : there.Rest, into.End, depth + 1, into.ContentColumn, within, place.Where), content.Rest, item.ContentColumn);
        }

        new ListAddition(target, list, result, mark).Insert(news, edits, depth, closed: list.End >= within);
    }

    private KnownItem Best(List<KnownItem> alike, Shape shape)
    {
        var (best, most) = (alike[0], -1);
        foreach (var known in alike.Take(MaxAlike))
        {
            var overlap = shape.Overlap(known.Shape ??= Shape.Of(target, known.Item));
            if (overlap > most) (best, most) = (known, overlap);
        }

        return best;
    }

    /// <summary>The items of a list of the target by what they say, read once: many items of the result may go to the same list.</summary>
    private Dictionary<string, List<KnownItem>> KeysOf(MarkdownBlock list)
    {
        if (_lists.TryGetValue(list, out var byKey)) return byKey;
        byKey = new Dictionary<string, List<KnownItem>>(StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            var content = new ItemContent(target, item);
            if (byKey.TryGetValue(content.Key, out var alike)) alike.Add(new KnownItem(item, content));
            else byKey[content.Key] = [new KnownItem(item, content)];
        }

        return _lists[list] = byKey;
    }

    /// <summary>What stands in a section or an item, read once, for the same reason.</summary>
    private ContentIndex IndexOf(Place place)
    {
        if (place.Blocks is not [var first, ..]) return new ContentIndex(target, place.Blocks, place.Indent);
        if (_places.TryGetValue(first, out var index)) return index;
        return _places[first] = new ContentIndex(target, place.Blocks, place.Indent);
    }

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

    /// <summary>An item of the target with what it holds, which is found out when one of several alike is to be chosen.</summary>
    private sealed class KnownItem(MarkdownItem item, ItemContent content)
    {
        public MarkdownItem Item => item;
        public ItemContent Content => content;
        public Shape? Shape { get; set; }
    }
}
