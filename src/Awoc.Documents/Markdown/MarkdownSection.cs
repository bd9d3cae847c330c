namespace Awoc.Documents.Markdown;

/// <summary>A heading and what stands under it. Lines are counted from 0, ends are not included; the root is the whole document.</summary>
public sealed class MarkdownSection
{
    private readonly List<MarkdownSection> _children = [];
    private readonly List<MarkdownBlock> _blocks = [];

    internal MarkdownSection(MarkdownSection? parent, int level, string name, int start, int contentStart)
    {
        (Parent, Level, Name, Start, ContentStart) = (parent, level, name, start, contentStart);
        Depth = parent is null ? 0 : parent.Depth + 1;
        parent?._children.Add(this);
    }

    public MarkdownSection? Parent { get; }

    /// <summary>1 to 6 as it is written; 0 for the root.</summary>
    public int Level { get; }

    /// <summary>In the tree, which skips no level; 0 for the root.</summary>
    public int Depth { get; }

    /// <summary>The heading's text as it is written, without its marks and <c>{#anchor}</c>.</summary>
    public string Name { get; }

    /// <summary>The heading's line.</summary>
    public int Start { get; }

    /// <summary>The heading's line as people count.</summary>
    public int Line => Start + 1;

    /// <summary>The first line after the heading.</summary>
    public int ContentStart { get; }

    /// <summary>Where its first subsection starts, or where it ends.</summary>
    public int ContentEnd { get; internal set; }

    /// <summary>Where it ends with its subsections.</summary>
    public int End { get; internal set; }

    public IReadOnlyList<MarkdownSection> Children => _children;

    /// <summary>Its own content, without that of its subsections.</summary>
    public IReadOnlyList<MarkdownBlock> Blocks => _blocks;

    internal void Add(MarkdownBlock block) => _blocks.Add(block);
}
