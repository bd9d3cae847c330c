using System.Diagnostics.CodeAnalysis;
using Awoc.Core.Catalog;
using Awoc.Core.Prompts;
using Awoc.Documents.Integration;
using Awoc.Documents.Json;
using Awoc.Documents.Markdown;
using Awoc.Documents.Merging;

namespace Awoc.Documents.Summaries;

/// <summary>One thing that a result says: a sentence of a paragraph, or an item of a list.</summary>
internal readonly record struct SummaryPoint(string Text, bool IsItem);

/// <summary>The points kept of one section.</summary>
internal sealed record SummaryPart(OutputSection Section, IReadOnlyList<SummaryPoint> Points);

/// <summary>
/// The key points of a result: its sections of summary, findings and recommendations as its type has them, or its first paragraph and list
/// where it has none of these.
/// </summary>
/// <param name="LeftOut">How many points of these sections found no room.</param>
internal sealed record ResultSummary(IReadOnlyList<SummaryPart> Parts, int LeftOut)
{
    /// <summary>Of a reference's line, in characters.</summary>
    private const int LineLength = 160;

    private static readonly OutputSection s_unnamed = new("Summary") { Role = SectionRole.Summary };

    public static bool TryRead(
        TextDocument result, TaskMethod method, int maxWords, [NotNullWhen(true)] out ResultSummary? summary, [NotNullWhen(false)] out DocumentFault? fault)
    {
        summary = null;
        if (!TryParts(result, method, out var parts, out fault)) return false;
        summary = Fit(parts, Math.Max(1, maxWords));
        return true;
    }

    /// <summary>
    /// The result in one line: the first sentence of its section of summary, else the agent's own closing words, which are more often about the
    /// work than about what came of it, else the first thing it says; empty where it says nothing.
    /// </summary>
    public static string Line(TextDocument result, IntegrationRequest request)
    {
        _ = TryParts(result, request.Method, out var parts, out _);
        var text = parts?.Find(p => p.Section.Role == SectionRole.Summary && p.Section != s_unnamed)?.Points[0].Text;
        if (text is null && request.Origin.Summary is { } own) text = Points.Plain(own);
        if (string.IsNullOrEmpty(text)) text = parts?.SelectMany(p => p.Points).Select(p => p.Text).FirstOrDefault() ?? "";
        return Sentences.Of(text) is [var first, ..] ? Sentences.Cut(first, int.MaxValue, LineLength) : "";
    }

    private static bool TryParts(TextDocument result, TaskMethod method, [NotNullWhen(true)] out List<SummaryPart>? parts, [NotNullWhen(false)] out DocumentFault? fault)
    {
        (parts, fault) = (null, null);
        var key = method.Sections.Where(s => s.Role is SectionRole.Summary or SectionRole.Findings or SectionRole.Recommendations).OrderBy(s => s.Role).ToList();
        switch (OutputFormats.Of(result.Name))
        {
            case OutputFormat.Json:
                if (!JsonText.TryParse(result, out var json, out fault)) return false;
                parts = [.. key.Select(s => new SummaryPart(s, json.Root.Kind == JsonKind.Object && json.Root.Find(s.Key) is { } value ? Points.Of(json, value) : []))];
                if (parts.TrueForAll(p => p.Points.Count == 0)) parts = [new SummaryPart(s_unnamed, Points.Of(json, json.Root))];
                break;
            case OutputFormat.Markdown:
                if (!MarkdownOutline.TryParse(result, out var outline, out fault)) return false;
                parts = [.. key.Select(s => new SummaryPart(s, Points.Of(outline, Find(outline, s))))];
                if (parts.TrueForAll(p => p.Points.Count == 0)) parts = [new SummaryPart(s_unnamed, Points.First(outline))];
                break;
            default:
                parts = [new SummaryPart(s_unnamed, Points.OfParagraphs(result))];
                break;
        }

        parts.RemoveAll(p => p.Points.Count == 0);
        return true;
    }

    private static MarkdownSection? Find(MarkdownOutline outline, OutputSection section) =>
        outline.Sections.FirstOrDefault(s => Normal.Heading(s.Name) == Normal.Heading(section.Name));

    /// <summary>
    /// The summary comes first; what room is left, findings and recommendations take in turns. A point is whole or left out, and what
    /// follows one that was left out is too: the first are the most important.
    /// </summary>
    private static ResultSummary Fit(List<SummaryPart> parts, int room)
    {
        var all = parts.Sum(p => p.Points.Count);
        if (parts is [var first, ..] && Sentences.Words(first.Points[0].Text) > room)
            return new ResultSummary([first with { Points = [first.Points[0] with { Text = Sentences.Cut(first.Points[0].Text, room) }] }], all - 1);

        var taken = new int[parts.Count];
        var full = new bool[parts.Count];
        for (var part = 0; part < parts.Count; part++)
        {
            if (parts[part].Section.Role != SectionRole.Summary) continue;
            while (!full[part]) full[part] = !Take(parts, taken, part, ref room);
        }

        while (full.Contains(false))
        {
            for (var part = 0; part < parts.Count; part++)
            {
                if (!full[part]) full[part] = !Take(parts, taken, part, ref room);
            }
        }

        return new ResultSummary([.. parts.Select((p, i) => p with { Points = [.. p.Points.Take(taken[i])] }).Where(p => p.Points.Count > 0)], all - taken.Sum());
    }

    private static bool Take(List<SummaryPart> parts, int[] taken, int part, ref int room)
    {
        if (taken[part] == parts[part].Points.Count) return false;
        var words = Sentences.Words(parts[part].Points[taken[part]].Text);
        if (words > room) return false;
        room -= words;
        taken[part]++;
        return true;
    }
}
