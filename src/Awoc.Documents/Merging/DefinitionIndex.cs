using System.Text;
using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>The labels of a document's reference definitions and footnotes: they hold for all of it, wherever they stand.</summary>
internal sealed class DefinitionIndex
{
    private readonly Dictionary<string, (string Content, int Line)> _byLabel = [];

    public DefinitionIndex(MarkdownOutline outline) => Add(outline);

    public void Add(MarkdownOutline outline)
    {
        foreach (var section in outline.Sections.Prepend(outline.Root))
        {
            foreach (var block in section.Blocks)
            {
                if (block.Kind is not (MarkdownBlockKind.Definition or MarkdownBlockKind.Footnote)) continue;
                var (label, content) = Read(outline.Document, block);
                _byLabel.TryAdd(label, (content, block.Start + 1));
            }
        }
    }

    /// <summary>Whether the label is free; another content under it is a conflict.</summary>
    public bool IsNew(TextDocument result, MarkdownBlock block, string where, MergeTally tally)
    {
        var (label, content) = Read(result, block);
        if (_byLabel.TryAdd(label, (content, 0))) return true;
        var (there, line) = _byLabel[label];
        if (there == content) tally.Duplicates++;
        else tally.Conflict($"{where} [{label}]", line == 0 ? null : line, there, content);
        return false;
    }

    private static (string Label, string Content) Read(TextDocument document, MarkdownBlock block)
    {
        var label = ParagraphParts.Label(document.Line(block.Start), block.Column) ?? "";
        var text = new StringBuilder();
        for (var line = block.Start; line < block.End; line++) text.Append(document.Line(line)).Append(' ');
        var content = text.ToString();
        return (Normal.Text(label), Normal.Text(content.AsSpan(content.IndexOf("]:", StringComparison.Ordinal) + 2)));
    }
}
