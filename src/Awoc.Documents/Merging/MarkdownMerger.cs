using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>Brings a result into a document by their trees of headings.</summary>
internal sealed class MarkdownMerger
{
    private readonly MarkdownOutline _target;
    private readonly MarkdownOutline _result;
    private readonly LineInsertions _edits;
    private readonly MergeTally _tally;
    private readonly string? _mark;
    private readonly DefinitionIndex _definitions;
    private readonly ContentMerger _content;

    /// <param name="mark">Put beside all that is added; null for none.</param>
    public MarkdownMerger(MarkdownOutline target, MarkdownOutline result, LineInsertions edits, MergeTally tally, string? mark)
    {
        (_target, _result, _edits, _tally, _mark) = (target, result, edits, tally, mark);
        _definitions = new DefinitionIndex(target);
        _content = new ContentMerger(target.Document, result.Document, _definitions, edits, tally, mark);
    }

    public void Merge()
    {
        FrontMatter.Merge(_target, _result, _edits, _tally);
        var (into, from) = Roots();
        if (from != _result.Root) MergeContent(_target.Root, _result.Root);
        MergeSection(into, from);
    }

    /// <summary>
    /// Where the two trees meet. A single heading of level 1 over all others is a document's title: two titles meet whatever they say, and a
    /// title alone meets the whole of a document that starts at level 2.
    /// </summary>
    private (MarkdownSection Target, MarkdownSection Result) Roots()
    {
        var (target, result) = (_target.Root, _result.Root);
        if (_result.Title is { } title)
        {
            if (_target.Title is { } other) return (other, title);
            return target.Children.Count > 0 && target.Children.All(c => c.Level > 1) ? (target, title) : (target, result);
        }

        return _target.Title is { } into && result.Children.All(c => c.Level > 1) ? (into, result) : (target, result);
    }

    private void MergeSection(MarkdownSection target, MarkdownSection result)
    {
        MergeContent(target, result);
        if (result.Children.Count > 0) MergeChildren(target, result);
    }

    private void MergeContent(MarkdownSection target, MarkdownSection result) => _content.Merge(
        new Place(target.Blocks, Trimmed(target.ContentStart, target.ContentEnd), 2 * target.Depth + 1, 0, null, target.Name), result.Blocks, 0);

    private void MergeChildren(MarkdownSection target, MarkdownSection result)
    {
        // Nothing can be deeper than level 6: what would be stands beside it.
        var flat = target.Level == SectionLines.MaxLevel;
        IReadOnlyList<MarkdownSection> there = flat ? [.. target.Parent!.Children.Where(c => c.Start > target.Start)] : target.Children;
        var byKey = there.GroupBy(c => Normal.Heading(c.Name)).ToDictionary(g => g.Key, g => g.ToList());
        Dictionary<string, int> seen = [];
        Dictionary<string, MarkdownSection?> lastPlace = [];
        MarkdownSection? anchor = null;
        foreach (var child in result.Children)
        {
            var key = Normal.Heading(child.Name);
            var number = seen[key] = seen.GetValueOrDefault(key) + 1;
            if (byKey.TryGetValue(key, out var alike) && alike.Count >= number)
            {
                _tally.Duplicates++;
                anchor = alike[number - 1];
                MergeSection(anchor, child);
                continue;
            }

            anchor ??= flat ? target : target.Children is [.., var last] ? last : null;
            // A further section of the same name comes after those before it, or they would change places the next time.
            if (alike is [.., var latest] && (anchor is null || latest.Start > anchor.Start)) anchor = latest;
            if (lastPlace.TryGetValue(key, out var place) && place is not null && (anchor is null || place.Start > anchor.Start)) anchor = place;
            lastPlace[key] = anchor;
            Insert(child, anchor, target);
        }
    }

    private void Insert(MarkdownSection section, MarkdownSection? after, MarkdownSection parent)
    {
        var document = _result.Document;
        var level = Math.Min(SectionLines.MaxLevel, after?.Level ?? (parent.Level == 0 ? section.Level : parent.Level + 1));
        List<string> lines = [""];
        var body = SectionLines.Render(document, section.Start, section.End, Within(section), level - section.Level, Known(section));
        if (_mark is not null) body.Insert(body.Count == 0 ? 0 : HeadingLines(section, level), _mark);
        lines.AddRange(body);
        var before = after is null ? Trimmed(parent.ContentStart, parent.End) : Trimmed(after.ContentStart, after.End);
        var depth = 2 * (after is null ? parent.Depth : after.Depth - 1);
        _edits.Add(before, depth, lines, closed: true);
    }

    private static int HeadingLines(MarkdownSection section, int level) =>
        section.ContentStart - section.Start == 1 || (level != section.Level && level > 2) ? 1 : section.ContentStart - section.Start;

    /// <summary>The lines of definitions whose labels the target has.</summary>
    private HashSet<int> Known(MarkdownSection section)
    {
        HashSet<int> lines = [];
        foreach (var inner in Within(section))
        {
            foreach (var block in inner.Blocks)
            {
                if (block.Kind is not (MarkdownBlockKind.Definition or MarkdownBlockKind.Footnote)) continue;
                if (!_definitions.IsNew(_result.Document, block, inner.Name, _tally)) lines.UnionWith(Enumerable.Range(block.Start, block.End - block.Start));
            }
        }

        return lines;
    }

    private static IEnumerable<MarkdownSection> Within(MarkdownSection section)
    {
        yield return section;
        foreach (var child in section.Children)
        {
            foreach (var inner in Within(child)) yield return inner;
        }
    }

    /// <summary>The end of a range of the target's lines without the empty ones at its end.</summary>
    private int Trimmed(int start, int end)
    {
        while (end > start && _target.Document.IsBlank(end - 1)) end--;
        return end;
    }
}
