namespace Awoc.Documents.Markdown;

/// <summary>What a block of a Markdown document is.</summary>
public enum MarkdownBlockKind
{
    FrontMatter,
    Heading,
    Paragraph,
    List,
    Table,
    Fence,
    IndentedCode,
    Html,
    Quote,
    Break,

    /// <summary>A link's reference definition: <c>[label]: address</c>.</summary>
    Definition,

    /// <summary><c>[^label]: text</c>, with what is indented beneath it.</summary>
    Footnote,
}

/// <summary>A block of a document, as a range of its lines (counted from 0, the end not included, without empty lines around it).</summary>
public sealed record MarkdownBlock(MarkdownBlockKind Kind, int Start, int End)
{
    /// <summary>1 to 6 for a heading, else 0.</summary>
    public int Level { get; init; }

    /// <summary>The column of its first character: not 0 within a list's item.</summary>
    public int Column { get; init; }

    /// <summary>A fence or an HTML element that nothing closes: all that follows belongs to it.</summary>
    public bool Unclosed { get; init; }

    /// <summary>Of a list.</summary>
    public bool Ordered { get; init; }

    /// <summary>Of a list: <c>-</c>, <c>*</c> or <c>+</c>, or what follows an ordered item's number: <c>.</c> or <c>)</c>.</summary>
    public char Marker { get; init; }

    public IReadOnlyList<MarkdownItem> Items { get; init; } = [];
}

/// <summary>An item of a list.</summary>
/// <param name="Start">Its first line, from 0.</param>
/// <param name="Column">Of its marker.</param>
/// <param name="ContentColumn">At which its further lines are indented.</param>
/// <param name="Number">Of an ordered item.</param>
/// <param name="Blocks">What it is made of; empty for an empty item.</param>
public sealed record MarkdownItem(int Start, int End, int Column, int ContentColumn, int Number, IReadOnlyList<MarkdownBlock> Blocks);
