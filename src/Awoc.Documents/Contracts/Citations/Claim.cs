namespace Awoc.Documents.Contracts.Citations;

/// <summary>A document says that something stands somewhere on the disk.</summary>
/// <param name="Line">Of the document, from 1.</param>
/// <param name="Path">As it is written, without lines.</param>
public sealed record Claim(int Line, string Path)
{
    /// <summary>The lines of the file that are meant, from 1; null for the file as a whole.</summary>
    public (int First, int Last)? Range { get; init; }

    /// <summary>What is said to stand in the file: lines, in pieces where some are left out; empty for nothing.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Quotes { get; init; } = [];

    /// <summary>More is quoted than <see cref="Quotes"/> has: the document quotes more pieces than are looked for.</summary>
    public bool QuotesMore { get; init; }

    /// <summary>It is the target of a link, and so relative to the document.</summary>
    public bool IsLink { get; init; }
}
