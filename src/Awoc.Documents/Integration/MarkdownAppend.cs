using Awoc.Documents.Markdown;
using Awoc.Documents.Merging;
using Awoc.Documents.Summaries;

namespace Awoc.Documents.Integration;

/// <summary>A dated, attributed section at the end, with the result's headings beneath its own.</summary>
internal static class MarkdownAppend
{
    /// <summary>Of the section's heading.</summary>
    private const int Level = 2;

    public static IntegrationAnswer Plan(IntegrationRequest request, MarkdownOutline target, MarkdownOutline result)
    {
        var document = result.Document;
        var top = result.Sections.Count == 0 ? Level + 1 : result.Sections.Min(s => s.Level);
        var start = result.FrontMatter?.End ?? 0;
        while (start < document.LineCount && document.IsBlank(start)) start++;
        var body = SectionLines.Render(document, start, document.LineCount, result.Sections, Level + 1 - top);
        return Section(request, target, Marks.Title(request.Origin), Marks.Of(request.Origin, request.Result), body);
    }

    public static IntegrationAnswer Summary(IntegrationRequest request, MarkdownOutline target, ResultSummary summary) => Section(
        request, target, $"{Marks.Title(request.Origin)}: key points", Marks.Of(request.Origin, request.Result, "summary"),
        [.. SummaryText.Markdown(summary, Level + 1), "", SummaryText.Closing(summary, $"[The whole result]({request.Origin.Link})")]);

    private static IntegrationAnswer.Planned Section(
        IntegrationRequest request, MarkdownOutline target, string title, string mark, List<string> body)
    {
        var (document, origin, tally) = (target.Document, request.Origin, new MergeTally());
        List<string> lines = [$"{new string('#', Level)} {title} ({Marks.Day(origin)})"];
        if (request.Marks) lines.Add(mark);
        lines.AddRange(["", $"*From task {origin.Task.Handle}: {origin.Type}, {Marks.Words(origin.Outcome)}.*"]);
        if (body.Count > 0) lines.AddRange(["", .. body]);
        if (TextRuns.Contains(document, mark) || TextRuns.Contains(document, lines))
        {
            tally.Duplicates++;
            return Answers.Unchanged(request, document, tally);
        }

        var end = document.LineCount;
        while (end > 0 && document.IsBlank(end - 1)) end--;
        var edits = new LineInsertions(document);
        edits.Add(end, 0, [.. lines.Prepend("")], closed: false);
        return Answers.Of(request, document, edits, tally);
    }

}
