using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>Where content of the result goes: a section of the target, or an item of one of its lists.</summary>
/// <param name="Blocks">What stands there already.</param>
/// <param name="Before">The line before which new blocks come.</param>
/// <param name="Depth">See <see cref="LineInsertions.Add"/>.</param>
/// <param name="Indent">Of the target's lines there.</param>
/// <param name="Within">The end of the outermost list it lies in; null outside of lists.</param>
/// <param name="Where">The heading, for a conflict.</param>
internal sealed record Place(IReadOnlyList<MarkdownBlock> Blocks, int Before, int Depth, int Indent, int? Within, string Where)
{
    /// <summary>More than the tree of headings can be deep.</summary>
    public const int ListDepth = 1000;
}
