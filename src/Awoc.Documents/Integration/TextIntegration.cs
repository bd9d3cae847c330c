using System.Diagnostics;
using Awoc.Core.Integration;
using Awoc.Documents.Merging;

namespace Awoc.Documents.Integration;

/// <summary>A target of plain lines, or of code.</summary>
internal static class TextIntegration
{
    public static IntegrationAnswer Plan(IntegrationRequest request, TextDocument target, TextDocument result) => request.Mode switch
    {
        IntegrationMode.Append => Append(request, target, [.. Enumerable.Range(0, result.LineCount).Select(l => result.Line(l).ToString())]),
        IntegrationMode.Reference => throw new NotSupportedException(),
        IntegrationMode.Summarize => throw new NotSupportedException(),
        _ => throw new UnreachableException(),
    };

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
