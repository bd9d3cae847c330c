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
    private readonly HashSet<MarkdownSection> _joined = [];

    /// <param name="mark">Put beside all that is added; null for none.</param>
    /// <param name="beside">Has definitions that hold for the target too; null for none.</param>
    public MarkdownMerger(
        MarkdownOutline target, MarkdownOutline result, LineInsertions edits, MergeTally tally, string? mark, MarkdownOutline? beside = null)
    {
        (_target, _result, _edits, _tally, _mark) = (target, result, edits, tally, mark);
        _definitions = new DefinitionIndex(target);
        if (beside is not null) _definitions.Add(beside);
        _content = new ContentMerger(target.Document, result.Document, _definitions, edits, tally, mark);
    }

    /// <summary>The sections of the target that have one in the result: what the outcome depends on, beside all headings.</summary>
    public IReadOnlySet<MarkdownSection> Joined => _joined;

    public void Merge()
    {
        FrontMatter.Merge(_target, _result, _edits, _tally);
        var (into, from) = Roots();
        // What stands before the result's title goes before the target's where something stands there too, else below it: a document begins with its title.
        IReadOnlyList<MarkdownBlock> opening = from == _result.Root ? [] : _result.Root.Blocks;
        if (opening.Count > 0 && (into == _target.Root || _target.Root.Blocks.Count > 0))
        {
            MergeContent(_target.Root, opening);
            opening = [];
        }

        MergeSection(into, from, opening);
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

    /// <param name="opening">Blocks that come before the section's own.</param>
    private void MergeSection(MarkdownSection target, MarkdownSection result, IReadOnlyList<MarkdownBlock>? opening = null)
    {
        // Nothing can be deeper than level 6: the sections beneath are content, their headings bold.
        var flat = target.Level == SectionLines.MaxLevel;
        MergeContent(target, [.. opening ?? [], .. flat ? Within(result).SelectMany(s => s == result ? s.Blocks : s.Blocks.Prepend(Bold(s))) : result.Blocks]);
        if (!flat && result.Children.Count > 0) MergeChildren(target, result);
    }

    private void MergeContent(MarkdownSection target, IReadOnlyList<MarkdownBlock> blocks)
    {
        _joined.Add(target);
        _content.Merge(new Place(target.Blocks, Trimmed(target.ContentStart, target.ContentEnd), 2 * target.Depth + 1, 0, null, target.Name), blocks, 0);
    }

    private static MarkdownBlock Bold(MarkdownSection section) =>
        new(MarkdownBlockKind.Heading, section.Start, section.ContentStart) { Level = section.Level, Name = section.Name };

    private void MergeChildren(MarkdownSection target, MarkdownSection result)
    {
        var byKey = target.Children.GroupBy(c => Normal.Heading(c.Name)).ToDictionary(g => g.Key, g => g.ToList());
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

            anchor ??= target.Children is [.., var last] ? last : null;
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
        var body = SectionLines.Render(document, section.Start, section.End, Within(section), Levels(section, level), Known(section));
        if (_mark is not null) body.Insert(body.Count == 0 ? 0 : HeadingLines(section, level), _mark);
        lines.AddRange(body);
        var before = after is null ? Trimmed(parent.ContentStart, parent.End) : Trimmed(after.ContentStart, after.End);
        var depth = 2 * (after is null ? parent.Depth : after.Depth - 1);
        _edits.Add(before, depth, lines, closed: true);
    }

    /// <summary>
    /// All move by as many levels as the section itself; where that leads below level 6, each stands one level below its parent instead, as it
    /// would had its parent been there before it.
    /// </summary>
    private static Func<MarkdownSection, int> Levels(MarkdownSection section, int level)
    {
        var shift = level - section.Level;
        return Within(section).All(s => s.Level + shift <= SectionLines.MaxLevel) ? s => s.Level + shift : s => level + s.Depth - section.Depth;
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
