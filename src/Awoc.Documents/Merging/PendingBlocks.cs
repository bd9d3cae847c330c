using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>Blocks of the result that the target lacks, on their way to the end of a section or an item.</summary>
internal sealed class PendingBlocks(TextDocument result, int column)
{
    private readonly List<MarkdownBlock> _blocks = [];

    public void Add(MarkdownBlock block) => _blocks.Add(block);

    /// <summary>The block, and before it the paragraph that leads to it.</summary>
    public void AddWithLeadIn(IReadOnlyList<MarkdownBlock> blocks, int index)
    {
        if (index > 0 && LeadIn.Is(result, blocks, index - 1)) _blocks.Add(blocks[index - 1]);
        _blocks.Add(blocks[index]);
    }

    public void Insert(TextDocument target, Place place, LineInsertions edits, string? mark)
    {
        if (_blocks.Count == 0) return;
        var previous = place.Blocks is [.., var last] ? last : null;
        List<string> lines = [];
        var indent = new string(' ', place.Indent);
        if (mark is not null && !_blocks.All(IsDefinition))
        {
            lines.Add("");
            lines.Add(indent + mark);
            // A list of the target before it may take in what is indented: the mark parts them.
            previous = null;
        }

        foreach (var block in _blocks)
        {
            var own = Lines(block);
            var together = previous is not null && (IsDefinition(previous) && IsDefinition(block)
                || place.Within is not null && previous.Kind == MarkdownBlockKind.Paragraph && IsShortList(block));
            var parted = previous?.Kind is MarkdownBlockKind.List or MarkdownBlockKind.Footnote
                && (block.Kind == MarkdownBlockKind.List || own[0] is [' ' or '\t', ..]);
            if (parted) lines.AddRange(["", indent + Normal.Separator]);
            if (!together && !(previous is null && lines.Count > 0)) lines.Add("");
            lines.AddRange(own.Select(l => l.Length == 0 ? "" : indent + l));
            previous = block;
        }

        // What is indented after a list would become part of it.
        var takesIn = previous?.Kind is MarkdownBlockKind.List or MarkdownBlockKind.Footnote && place.Within is null
            && place.Before < target.LineCount && NextText(target, place.Before) is [' ' or '\t', ..];
        if (takesIn) lines.AddRange(["", Normal.Separator]);
        edits.Add(place.Before, place.Depth, lines, closed: place.Within is null || place.Before >= place.Within);
    }

    private static ReadOnlySpan<char> NextText(TextDocument target, int line)
    {
        while (line < target.LineCount && target.IsBlank(line)) line++;
        return line < target.LineCount ? target.Line(line) : default;
    }

    private static bool IsDefinition(MarkdownBlock block) => block.Kind is MarkdownBlockKind.Definition or MarkdownBlockKind.Footnote;

    /// <summary>A list that may follow a paragraph directly.</summary>
    private static bool IsShortList(MarkdownBlock block) =>
        block.Kind == MarkdownBlockKind.List && block.Items[0].Blocks.Count > 0 && (!block.Ordered || block.Items[0].Number == 1);

    private List<string> Lines(MarkdownBlock block)
    {
        List<string> lines = [];
        for (var line = block.Start; line < block.End; line++)
        {
            var text = Columns.Dedent(result.Line(line), column);
            lines.Add(string.IsNullOrWhiteSpace(text) ? "" : text);
        }

        return lines;
    }
}
