using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>
/// What a list or table holds, as a set: a hash of each item, row and block with the way to it. A list that was brought in is found again by
/// it, whatever else has been added to it since.
/// </summary>
internal sealed class Shape
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private Shape()
    {
    }

    public HashSet<ulong> Paths { get; } = [];

    public ulong Whole
    {
        get
        {
            var sum = (ulong)Paths.Count;
            foreach (var path in Paths) sum += path * Prime;
            return sum;
        }
    }

    public static Shape Of(TextDocument document, MarkdownBlock block, int column)
    {
        var shape = new Shape();
        shape.Add(document, block, column, Offset);
        return shape;
    }

    public static Shape Of(TextDocument document, MarkdownItem item)
    {
        var shape = new Shape();
        shape.Add(document, item, Offset);
        return shape;
    }

    public int Overlap(Shape other) => Paths.Count(other.Paths.Contains);

    private void Add(TextDocument document, MarkdownItem item, ulong above)
    {
        var content = new ItemContent(document, item);
        var path = Hash(above, content.Key);
        Paths.Add(path);
        for (var index = 0; index < content.Rest.Count; index++)
        {
            if (!LeadIn.Is(document, content.Rest, index)) Add(document, content.Rest[index], item.ContentColumn, path);
        }
    }

    private void Add(TextDocument document, MarkdownBlock block, int column, ulong above)
    {
        switch (block.Kind)
        {
            case MarkdownBlockKind.List:
                foreach (var item in block.Items) Add(document, item, above);
                break;
            case MarkdownBlockKind.Table:
                var table = new TableContent(document, block);
                var head = Hash(above, table.Key);
                Paths.Add(head);
                foreach (var row in table.Rows) Paths.Add(Hash(head, table.RowKey(row)));
                break;
            case MarkdownBlockKind.Break:
                break;
            case MarkdownBlockKind.Html when block.End - block.Start == 1 && Normal.IsMark(document.Line(block.Start)):
                break;
            default:
                Paths.Add(Hash(above, Normal.Block(document, block, column)));
                break;
        }
    }

    private static ulong Hash(ulong seed, string text)
    {
        var hash = (seed ^ (ulong)text.Length) * Prime;
        foreach (var c in text) hash = (hash ^ c) * Prime;
        return hash ^ (hash >> 29);
    }
}

/// <summary>A line of text that ends in a colon belongs to the block after it.</summary>
internal static class LeadIn
{
    public static bool Is(TextDocument document, IReadOnlyList<MarkdownBlock> blocks, int index) =>
        blocks[index].Kind == MarkdownBlockKind.Paragraph && blocks[index].End - blocks[index].Start == 1 && index + 1 < blocks.Count
        && blocks[index + 1].Kind is MarkdownBlockKind.List or MarkdownBlockKind.Table or MarkdownBlockKind.Fence or MarkdownBlockKind.IndentedCode
        && document.Line(blocks[index].End - 1).TrimEnd() is [.., ':'];
}
