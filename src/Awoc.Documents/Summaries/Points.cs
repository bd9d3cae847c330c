using System.Text;
using Awoc.Documents.Json;
using Awoc.Documents.Markdown;
using Awoc.Documents.Merging;

namespace Awoc.Documents.Summaries;

/// <summary>Reads the points of a part of a result.</summary>
internal static class Points
{
    /// <summary>The fields of an object that say what it is about, in the order in which they are tried.</summary>
    private static readonly string[] s_texts = ["title", "name", "summary", "finding", "recommendation", "description", "text"];

    /// <summary>More than a summary can hold: the rest of a huge result need not be read.</summary>
    private const int MaxPoints = 1000;

    public static IReadOnlyList<SummaryPoint> Of(MarkdownOutline outline, MarkdownSection? section)
    {
        List<SummaryPoint> points = [];
        if (section is not null) Add(points, outline, section);
        return points;
    }

    /// <summary>The first paragraph, and the items of the first list.</summary>
    public static IReadOnlyList<SummaryPoint> First(MarkdownOutline outline)
    {
        List<SummaryPoint> points = [];
        var blocks = outline.Sections.Prepend(outline.Root).SelectMany(s => s.Blocks).ToList();
        if (blocks.Find(b => b.Kind == MarkdownBlockKind.Paragraph) is { } paragraph) Add(points, outline.Document, paragraph);
        if (blocks.Find(b => b.Kind == MarkdownBlockKind.List) is { } list) Add(points, outline.Document, list);
        return points;
    }

    public static IReadOnlyList<SummaryPoint> OfParagraphs(TextDocument document)
    {
        var start = 0;
        while (start < document.LineCount && document.IsBlank(start)) start++;
        var end = start;
        while (end < document.LineCount && !document.IsBlank(end)) end++;
        return [.. Sentences.Of(Text(document, start, end)).Select(s => new SummaryPoint(s, false))];
    }

    public static IReadOnlyList<SummaryPoint> Of(JsonText json, JsonNode node)
    {
        List<SummaryPoint> points = [];
        switch (node.Kind)
        {
            case JsonKind.Array:
                points.AddRange(node.Elements.Take(MaxPoints).Select(e => new SummaryPoint(Describe(json, e), true)));
                break;
            case JsonKind.Text:
                points.AddRange(Sentences.Of(Plain(node.Value)).Select(s => new SummaryPoint(s, false)));
                break;
            case JsonKind.Object:
                points.AddRange(node.Members.Take(MaxPoints).Select(m => new SummaryPoint($"{m.Name}: {Describe(json, m.Value)}", true)));
                break;
            default:
                points.Add(new SummaryPoint(node.Value, false));
                break;
        }

        points.RemoveAll(p => p.Text.Length == 0);
        return points;
    }

    /// <summary>On one line, without marks and comments.</summary>
    public static string Plain(string text) => Normal.Text(text.Replace("<!--", "", StringComparison.Ordinal).Replace("-->", "", StringComparison.Ordinal));

    private static void Add(List<SummaryPoint> points, MarkdownOutline outline, MarkdownSection section)
    {
        foreach (var block in section.Blocks) Add(points, outline.Document, block);
        foreach (var child in section.Children) Add(points, outline, child);
    }

    private static void Add(List<SummaryPoint> points, TextDocument document, MarkdownBlock block)
    {
        if (points.Count >= MaxPoints) return;
        switch (block.Kind)
        {
            case MarkdownBlockKind.Paragraph:
                points.AddRange(Sentences.Of(Text(document, block.Start, block.End)).Select(s => new SummaryPoint(s, false)));
                break;
            case MarkdownBlockKind.List:
                foreach (var item in block.Items)
                {
                    if (new ItemContent(document, item).Words is { Length: > 0 } words) points.Add(new SummaryPoint(words, true));
                }

                break;
            case MarkdownBlockKind.Table:
                points.AddRange(new TableContent(document, block).Rows.Select(r => new SummaryPoint(string.Join(" \u2014 ", r.Where(c => c.Length > 0)), true)));
                break;
        }
    }

    private static string Text(TextDocument document, int start, int end)
    {
        var text = new StringBuilder();
        for (var line = start; line < end; line++) text.Append(document.Line(line)).Append(' ');
        return Plain(text.ToString());
    }

    private static string Describe(JsonText json, JsonNode node)
    {
        if (node.Kind is JsonKind.Text) return Plain(node.Value);
        if (node.Kind == JsonKind.Object)
        {
            var words = s_texts.Select(node.Find).Where(n => n?.Kind == JsonKind.Text).Select(n => Plain(n!.Value)).Where(t => t.Length > 0).Take(2).ToList();
            if (words.Count > 0) return string.Join(": ", words);
        }

        return Normal.Text(Encoding.UTF8.GetString(json.Raw(node)));
    }
}
