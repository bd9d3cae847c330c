using System.Diagnostics.CodeAnalysis;

namespace Awoc.Documents.Markdown;

/// <summary>The tree of a document's headings, and the blocks beneath each.</summary>
public sealed class MarkdownOutline
{
    private readonly List<MarkdownSection> _sections = [];

    private MarkdownOutline(TextDocument document) => Document = document;

    public TextDocument Document { get; }

    /// <summary>The whole document; its own content is what stands before the first heading, without the front matter.</summary>
    public MarkdownSection Root { get; private set; } = null!;

    /// <summary>Every heading's section, in the document's order.</summary>
    public IReadOnlyList<MarkdownSection> Sections => _sections;

    public MarkdownBlock? FrontMatter { get; private set; }

    /// <summary>A fence or HTML that nothing closes, as a fault that names its line; null for a sound document.</summary>
    public DocumentFault? Unclosed { get; private set; }

    /// <summary>The document has one heading of level 1 that holds all the others.</summary>
    internal MarkdownSection? Title => Root.Children is [{ Level: 1 } title] ? title : null;

    public static bool TryParse(TextDocument document, [NotNullWhen(true)] out MarkdownOutline? outline, [NotNullWhen(false)] out DocumentFault? fault)
    {
        (outline, fault) = (null, null);
        List<MarkdownBlock> blocks;
        try
        {
            blocks = BlockReader.Read(document);
        }
        catch (ArgumentException)
        {
            fault = new DocumentFault(document.Name, null, $"is nested deeper than {BlockReader.MaxDepth} levels: it is no document to work on");
            return false;
        }

        outline = new MarkdownOutline(document);
        outline.Build(blocks);
        return true;
    }

    /// <summary>The characters of the section's own content, line endings and fences included.</summary>
    public ReadOnlySpan<char> Content(MarkdownSection section) => Document.Lines(section.ContentStart, section.ContentEnd);

    /// <summary>The characters of the section with its heading and its subsections.</summary>
    public ReadOnlySpan<char> Whole(MarkdownSection section) => Document.Lines(section.Start, section.End);

    private void Build(List<MarkdownBlock> blocks)
    {
        var first = blocks is [{ Kind: MarkdownBlockKind.FrontMatter } matter, ..] ? (FrontMatter = matter).End : 0;
        Root = new MarkdownSection(null, 0, "", 0, first);
        var current = Root;
        foreach (var block in blocks)
        {
            if (block.Kind == MarkdownBlockKind.FrontMatter) continue;
            if (block.Kind != MarkdownBlockKind.Heading)
            {
                current.Add(block);
                Unclosed ??= FindUnclosed(block);
                continue;
            }

            current.ContentEnd = block.Start;
            for (; current.Level >= block.Level; current = current.Parent!) current.End = block.Start;
            current = new MarkdownSection(current, block.Level, HeadingText(block), block.Start, block.End);
            _sections.Add(current);
        }

        current.ContentEnd = Document.LineCount;
        for (var open = current; open is not null; open = open.Parent) open.End = Document.LineCount;
    }

    private DocumentFault? FindUnclosed(MarkdownBlock block)
    {
        if (block.Unclosed)
        {
            var what = block.Kind == MarkdownBlockKind.Fence ? "opens a code fence that nothing closes" : "opens an HTML block that nothing closes";
            return new DocumentFault(Document.Name, block.Start + 1, $"{what}: all that follows would belong to it; close it first");
        }

        foreach (var item in block.Items)
        {
            foreach (var inner in item.Blocks)
            {
                if (FindUnclosed(inner) is { } fault) return fault;
            }
        }

        return null;
    }

    private string HeadingText(MarkdownBlock block)
    {
        var line = Document.Line(block.Start).Trim();
        string text;
        if (block.End - block.Start == 1)
        {
            var bare = line.TrimStart('#').Trim();
            var unclosed = bare.TrimEnd('#');
            text = (unclosed.IsEmpty || unclosed[^1] is ' ' or '\t' ? unclosed.TrimEnd() : bare).ToString();
        }
        else
        {
            text = string.Join(' ', Enumerable.Range(block.Start, block.End - block.Start - 1).Select(l => Document.Line(l).Trim().ToString()));
        }

        return WithoutAnchor(text);
    }

    /// <summary><c>Install {#install}</c> is <c>Install</c>.</summary>
    private static string WithoutAnchor(string text)
    {
        if (!text.EndsWith('}')) return text;
        var open = text.LastIndexOf('{');
        return open > 0 && text[open + 1] == '#' ? text[..open].TrimEnd() : text;
    }
}
