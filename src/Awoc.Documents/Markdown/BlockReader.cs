using System.Buffers;
using Awoc.Documents.Merging;
using Markdig;
using Markdig.Extensions.Yaml;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace Awoc.Documents.Markdown;

/// <summary>
/// Reads the blocks of a document with Markdig's block parsers alone: what stands within a line is nobody's business here, and its parsing
/// would cost most of the time. Of Markdig's positions only the starts are used: an end is the next start, less the empty lines before it.
/// </summary>
internal static class BlockReader
{
    /// <summary>Deeper nesting than that is no document, and is refused before it can exhaust the stack.</summary>
    public const int MaxDepth = 100;

    private static readonly MarkdownPipeline s_pipeline = Pipeline();

    /// <exception cref="ArgumentException">It is nested deeper than <see cref="MaxDepth"/>.</exception>
    public static List<MarkdownBlock> Read(TextDocument document) =>
        Blocks(document, Markdig.Markdown.Parse(document.Text, s_pipeline), 0, document.LineCount);

    private static MarkdownPipeline Pipeline()
    {
        var builder = new MarkdownPipelineBuilder { MaximumNestingDepth = MaxDepth };
        builder.UseYamlFrontMatter();
        builder.InlineParsers.Clear();
        builder.BlockParsers.Replace<ParagraphBlockParser>(new ParagraphReader());
        builder.BlockParsers.Find<HeadingBlockParser>()!.Closed += static (_, block) => ((LeafBlock)block).ProcessInlines = false;
        return builder.Build();
    }

    private static List<MarkdownBlock> Blocks(TextDocument document, ContainerBlock container, int start, int end)
    {
        var blocks = new List<MarkdownBlock>(container.Count);
        for (var index = 0; index < container.Count; index++)
        {
            var block = container[index];
            var first = Math.Max(FirstLine(document, block), start);
            var last = index + 1 < container.Count ? Math.Min(FirstLine(document, container[index + 1]), end) : end;
            while (last > first + 1 && document.IsBlank(last - 1)) last--;
            if (last > first) Add(document, blocks, block, first, last);
        }

        return blocks;
    }

    /// <summary>The line that Markdig gives an underlined heading is that of the underline.</summary>
    private static int FirstLine(TextDocument document, Block block) =>
        block is HeadingBlock { IsSetext: true } ? document.LineAt(block.Span.Start) : block.Line;

    private static void Add(TextDocument document, List<MarkdownBlock> blocks, Block block, int start, int end)
    {
        MarkdownBlock Of(MarkdownBlockKind kind) => new(kind, start, end) { Column = block.Column };
        switch (block)
        {
            case YamlFrontMatterBlock:
                blocks.Add(Of(MarkdownBlockKind.FrontMatter));
                break;
            case HeadingBlock heading:
                blocks.Add(Of(MarkdownBlockKind.Heading) with { Level = heading.Level });
                break;
            case ParagraphBlock:
                ParagraphParts.Add(document, blocks, Of(MarkdownBlockKind.Paragraph));
                break;
            case FencedCodeBlock fence:
                blocks.Add(Of(MarkdownBlockKind.Fence) with { Unclosed = fence.ClosingFencedCharCount == 0 });
                break;
            case CodeBlock:
                // What is indented beneath a footnote is the footnote's.
                if (blocks is [.., { Kind: MarkdownBlockKind.Footnote } footnote]) blocks[^1] = footnote with { End = end };
                else blocks.Add(Of(MarkdownBlockKind.IndentedCode));
                break;
            case HtmlBlock html:
                blocks.Add(Of(MarkdownBlockKind.Html) with { Unclosed = IsUnclosed(document, html, start, end) });
                break;
            case QuoteBlock:
                blocks.Add(Of(MarkdownBlockKind.Quote));
                break;
            case ThematicBreakBlock:
                blocks.Add(Of(MarkdownBlockKind.Break));
                break;
            case ListBlock list:
                blocks.Add(Of(MarkdownBlockKind.List) with
                {
                    Ordered = list.IsOrdered,
                    Marker = list.IsOrdered ? list.OrderedDelimiter : list.BulletType,
                    Items = Items(document, list, start, end),
                });
                break;
            default:
                blocks.Add(Of(MarkdownBlockKind.Paragraph));
                break;
        }
    }

    private static List<MarkdownItem> Items(TextDocument document, ListBlock list, int start, int end)
    {
        var items = new List<MarkdownItem>(list.Count);
        for (var index = 0; index < list.Count; index++)
        {
            var item = (ListItemBlock)list[index];
            var first = Math.Max(item.Line, start);
            var last = index + 1 < list.Count ? Math.Min(list[index + 1].Line, end) : end;
            while (last > first + 1 && document.IsBlank(last - 1)) last--;
            items.Add(new MarkdownItem(first, last, item.Column, ContentColumn(document, item, first), item.Order, Blocks(document, item, first, last)));
        }

        return items;
    }

    /// <summary>The marker's width and up to four columns of white space after it; one where code or nothing follows.</summary>
    private static int ContentColumn(TextDocument document, ListItemBlock item, int line)
    {
        var text = document.Line(line);
        var (at, column) = (0, 0);
        while (at < text.Length && column < item.Column) column = Columns.After(text[at++], column);
        if (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            while (at < text.Length && char.IsAsciiDigit(text[at])) (at, column) = (at + 1, column + 1);
        }

        var marker = column + 1;
        (at, column) = (at + 1, marker);
        while (at < text.Length && text[at] is ' ' or '\t') column = Columns.After(text[at++], column);
        return at >= text.Length || column - marker > 4 ? marker + 1 : column;
    }



    /// <summary>Such a block ends with its closing mark alone; the others end with the next empty line.</summary>
    private static bool IsUnclosed(TextDocument document, HtmlBlock html, int start, int end)
    {
        var last = document.Lines(end - 1, end);
        return html.Type switch
        {
            HtmlBlockType.Comment => !last.Contains("-->", StringComparison.Ordinal),
            HtmlBlockType.ProcessingInstruction => !last.Contains("?>", StringComparison.Ordinal),
            HtmlBlockType.CData => !last.Contains("]]>", StringComparison.Ordinal),
            HtmlBlockType.DocumentType => !last.Contains('>'),
            HtmlBlockType.ScriptPreOrStyle => !(last.Contains("</script>", StringComparison.OrdinalIgnoreCase) || last.Contains("</pre>", StringComparison.OrdinalIgnoreCase)
                || last.Contains("</style>", StringComparison.OrdinalIgnoreCase) || last.Contains("</textarea>", StringComparison.OrdinalIgnoreCase)),
            _ => false,
        };
    }

    /// <summary>
    /// A paragraph whose reference definitions stay in it, and whose underline makes it a heading where it is: Markdig's own takes a time
    /// per underlined heading that grows with the number of blocks before it, and a megabyte of them took ten seconds.
    /// </summary>
    private sealed class ParagraphReader : ParagraphBlockParser
    {
        private static readonly SearchValues<char> s_underline = SearchValues.Create("=- \t");
        private static readonly object s_table = new();

        public ParagraphReader() => ParseSetextHeadings = false;

        public override BlockState TryContinue(BlockProcessor processor, Block block)
        {
            // An underline out of the list or quote that the paragraph stands in is one more line of it.
            if (!processor.IsBlankLine && !processor.IsCodeIndent && block is ParagraphBlock paragraph && Underline(processor.Line.AsSpan()) is var level and > 0
                && block.Parent?.LastChild == block && !IsOutside(processor, block) && !IsTable(paragraph))
            {
                // Discarding looks for it among its siblings from the first one, which is what takes the time: it gets a parent of its own before.
                var parent = block.Parent;
                parent.RemoveAt(parent.Count - 1);
                new QuoteBlock(this).Add(block);
                processor.Discard(block);
                processor.NewBlocks.Push(new HeadingBlock(this)
                {
                    Level = level,
                    IsSetext = true,
                    Column = block.Column,
                    Span = new SourceSpan(block.Span.Start, processor.Line.End),
                    ProcessInlines = false,
                });
                return BlockState.BreakDiscard;
            }

            return base.TryContinue(processor, block);
        }

        public override bool Close(BlockProcessor processor, Block block)
        {
            if (block is LeafBlock leaf) leaf.ProcessInlines = false;
            return true;
        }

        /// <summary>
        /// Whether the line stands left of a list's item, or lacks the mark of a quote, that the paragraph is in. Markdig knows, and does not say.
        /// </summary>
        private static bool IsOutside(BlockProcessor processor, Block block)
        {
            var quotes = 0;
            for (var above = block.Parent; above is not null; above = above.Parent)
            {
                if (above is QuoteBlock) quotes++;
                if (above is ListItemBlock item && processor.Column < item.Column + Math.Abs(item.ColumnWidth)) return true;
            }

            if (quotes == 0) return false;
            var before = processor.Line.Text.AsSpan(processor.CurrentLineStartPosition, Math.Max(0, processor.Line.Start - processor.CurrentLineStartPosition));
            return before.Count('>') < quotes;
        }

        /// <summary>Under a table even an underline is a row. What is found out once holds: rows only come to it.</summary>
        private static bool IsTable(ParagraphBlock paragraph)
        {
            if (paragraph.GetData(s_table) is not TableScan scan) paragraph.SetData(s_table, scan = new TableScan());
            var lines = paragraph.Lines;
            for (; !scan.Found && scan.Next < lines.Count; scan.Next++)
            {
                scan.Found = PipeTable.IsDelimiter(lines.Lines[scan.Next].Slice.AsSpan(), out var columns)
                    && PipeTable.Cells(lines.Lines[scan.Next - 1].Slice.AsSpan()).Count == columns;
            }

            return scan.Found;
        }

        private static int Underline(ReadOnlySpan<char> line)
        {
            if (line.IsEmpty || line[0] is not ('=' or '-') || line.ContainsAnyExcept(s_underline)) return 0;
            return line.TrimEnd(" \t").ContainsAnyExcept(line[0]) ? 0 : line[0] == '=' ? 1 : 2;
        }

        /// <summary>How far a paragraph was looked through for a table.</summary>
        private sealed class TableScan
        {
            public int Next { get; set; } = 1;
            public bool Found { get; set; }
        }
    }
}
