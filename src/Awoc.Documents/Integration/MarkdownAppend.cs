using Awoc.Documents.Markdown;
using Awoc.Documents.Merging;

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
        return Section(request, target, SectionLines.Render(document, start, document.LineCount, result.Sections, Level + 1 - top), closing: null);
    }

    /// <param name="body">The section's lines.</param>
    /// <param name="closing">A last line; null for none.</param>
    public static IntegrationAnswer.Planned Section(IntegrationRequest request, MarkdownOutline target, IReadOnlyList<string> body, string? closing)
    {
        var (document, origin, tally) = (target.Document, request.Origin, new MergeTally());
        var mark = Marks.Of(origin, request.Result);
        List<string> lines =
        [
            $"{new string('#', Level)} {Marks.Title(origin)} ({Marks.Day(origin)})",
            .. request.Marks ? [mark] : Array.Empty<string>(),
            "",
            $"*From task {origin.Task.Handle}: {origin.Type}, {Marks.Words(origin.Outcome)}.*",
        ];
        if (body.Count > 0) lines.AddRange(["", .. body]);
        if (closing is not null) lines.AddRange(["", closing]);
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
