using Awoc.Core.Integration;
using Awoc.Core.Prompts;
using Awoc.Documents.Merging;
using Awoc.Documents.Summaries;

namespace Awoc.Documents.Integration;

/// <summary>A target of plain lines, or of code.</summary>
internal static class TextIntegration
{
    public static IntegrationAnswer Plan(IntegrationRequest request, TextDocument target, TextDocument result)
    {
        if (request.Mode == IntegrationMode.Append) return Append(request, target, [.. Enumerable.Range(0, result.LineCount).Select(l => result.Line(l).ToString())]);
        if (OutputFormats.Of(request.TargetName) == OutputFormat.Other)
        {
            return new IntegrationAnswer.Refused(new DocumentFault(
                request.TargetName, null, "is no Markdown, JSON or text file, where a reference or a summary would be out of place; use append or merge"));
        }

        if (request.Mode == IntegrationMode.Reference) return Append(request, target, [MarkdownReference.TextLine(request.Origin, ResultSummary.Line(result, request))]);
        return ResultSummary.TryRead(result, request.Method, request.MaxWords, out var summary, out var fault)
            ? Append(request, target, SummaryText.Plain(summary, request.Origin))
            : new IntegrationAnswer.Refused(fault);
    }

    private static IntegrationAnswer.Planned Append(IntegrationRequest request, TextDocument target, IReadOnlyList<string> lines)
    {
        var tally = new MergeTally();
        if (TextRuns.Contains(target, lines))
        {
            tally.Duplicates++;
            return Answers.Unchanged(request, target, tally);
        }

        var edits = new LineInsertions(target);
        edits.Add(target.LineCount, 0, lines, closed: false);
        return Answers.Of(request, target, edits, tally);
    }
}
