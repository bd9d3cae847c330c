
namespace Awoc.Documents.Markdown;

/// <summary>A paragraph of the plain grammar may hold reference definitions, footnotes and a table: each becomes a block of its own.</summary>
internal static class ParagraphParts
{
    public static void Add(TextDocument document, List<MarkdownBlock> blocks, MarkdownBlock paragraph)
    {
        var at = Definitions(document, blocks, paragraph);
        if (at == paragraph.End) return;
        for (var line = at + 1; line < paragraph.End; line++)
        {
            if (!PipeTable.IsDelimiter(document.Line(line), out var columns) || PipeTable.Cells(document.Line(line - 1)).Count != columns) continue;
            if (line - 1 > at) blocks.Add(paragraph with { Start = at, End = line - 1 });
            blocks.Add(paragraph with { Kind = MarkdownBlockKind.Table, Start = line - 1 });
            return;
        }

        blocks.Add(paragraph with { Start = at });
    }

    /// <summary>Takes the definitions that the paragraph starts with; the line after them.</summary>
    private static int Definitions(TextDocument document, List<MarkdownBlock> blocks, MarkdownBlock paragraph)
    {
        var at = paragraph.Start;
        while (at < paragraph.End && Label(document.Line(at), at == paragraph.Start ? paragraph.Column : 0) is { } label)
        {
            var end = at + 1;
            while (end < paragraph.End && Label(document.Line(end), 0) is null) end++;
            blocks.Add(paragraph with { Kind = label.StartsWith('^') ? MarkdownBlockKind.Footnote : MarkdownBlockKind.Definition, Start = at, End = end });
            at = end;
        }

        return at;
    }

    /// <summary>The label of <c>[label]: …</c>; null where a line is no definition.</summary>
    public static string? Label(ReadOnlySpan<char> line, int skip)
    {
        line = line[Math.Min(skip, line.Length)..].TrimStart(" \t");
        if (line is not ['[', ..]) return null;
        var end = line.IndexOf(']');
        return end > 1 && line.Length > end + 2 && line[end + 1] == ':' && !line[1..end].IsWhiteSpace() && !line[(end + 2)..].IsWhiteSpace()
            ? line[1..end].ToString().ToLowerInvariant()
            : null;
    }
}
