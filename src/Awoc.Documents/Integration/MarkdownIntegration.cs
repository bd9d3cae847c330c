using System.Diagnostics;
using Awoc.Core.Integration;
using Awoc.Core.Prompts;
using Awoc.Documents.Markdown;
using Awoc.Documents.Merging;
using Awoc.Documents.Summaries;

namespace Awoc.Documents.Integration;

/// <summary>A Markdown target.</summary>
internal static class MarkdownIntegration
{
    /// <summary>Up to that many characters a merge is proved on the whole document.</summary>
    private const int WholeProof = 256 * 1024;

    public static IntegrationAnswer Plan(IntegrationRequest request, TextDocument target, TextDocument result)
    {
        if (!MarkdownOutline.TryParse(target, out var into, out var fault)) return new IntegrationAnswer.Refused(fault);
        // What is added after it would disappear in it.
        if (into.Unclosed is { } open) return new IntegrationAnswer.Refused(open);

        if (request.Mode == IntegrationMode.Reference) return MarkdownReference.Plan(request, into, ResultSummary.Line(result, request));
        if (request.Mode == IntegrationMode.Summarize)
        {
            return ResultSummary.TryRead(result, request.Method, request.MaxWords, out var summary, out fault)
                ? MarkdownAppend.Summary(request, into, summary)
                : new IntegrationAnswer.Refused(fault);
        }

        var source = OutputFormats.Of(request.ResultName) == OutputFormat.Markdown ? result : AsMarkdown(request.ResultName, result);
        if (!MarkdownOutline.TryParse(source, out var from, out fault)) return new IntegrationAnswer.Refused(fault);
        if ((from.Unclosed ?? FrontMatter.Fault(from)) is { } unsound) return new IntegrationAnswer.Refused(unsound);

        return request.Mode switch
        {
            IntegrationMode.Append => MarkdownAppend.Plan(request, into, from),
            IntegrationMode.Merge => Merge(request, into, from),
            _ => throw new UnreachableException(),
        };
    }

    private static IntegrationAnswer Merge(IntegrationRequest request, MarkdownOutline target, MarkdownOutline result)
    {
        var mark = request.Marks ? Marks.Of(request.Origin) : null;
        var edits = new LineInsertions(target.Document);
        var tally = new MergeTally();
        var merger = new MarkdownMerger(target, result, edits, tally, mark);
        merger.Merge();
        var answer = Answers.Of(request, target.Document, edits, tally);
        return answer is not IntegrationAnswer.Planned { Changed: true } || Holds(target, result, edits, merger.Joined, mark)
            ? answer
            : new IntegrationAnswer.Refused(new DocumentFault(
                request.ResultName, null, $"does not fit {request.TargetName}: the two are written so that they would read otherwise side by side; append it instead"));
    }

    /// <summary>
    /// The proof of the sum: read again, the outcome has every heading of the target as it was, and the same result finds nothing to add. What
    /// Markdown makes of odd indentation, empty items and stray underlines is beyond foreseeing, and a merge that fails here is refused.
    /// </summary>
    private static bool Holds(MarkdownOutline target, MarkdownOutline result, LineInsertions edits, IReadOnlySet<MarkdownSection> joined, string? mark)
    {
        // Of a large document all headings and the sections that were joined: the others are as they were, and reading it twice would take
        // twice the time.
        var whole = target.Document.Text.Length <= WholeProof;
        var kept = new bool[target.Document.LineCount];
        kept.AsSpan(0, target.Root.ContentStart).Fill(true);
        foreach (var section in target.Sections.Prepend(target.Root))
        {
            kept.AsSpan(section.Start..section.ContentStart).Fill(true);
            if (joined.Contains(section)) kept.AsSpan(section.ContentStart..section.ContentEnd).Fill(true);
        }

        var part = TextDocument.Of(target.Document.Name, whole ? edits.Apply() : edits.ApplyTo(line => kept[line]));
        if (!MarkdownOutline.TryParse(part, out var after, out _) || after.Unclosed is not null) return false;
        var at = 0;
        foreach (var section in target.Sections)
        {
            while (at < after.Sections.Count && !(after.Sections[at].Level == section.Level && after.Sections[at].Name == section.Name)) at++;
            if (at++ >= after.Sections.Count) return false;
        }

        var again = new LineInsertions(after.Document);
        new MarkdownMerger(after, result, again, new MergeTally(), mark, beside: target).Merge();
        return again.IsEmpty;
    }

    /// <summary>A result of another format goes into Markdown as a block of code.</summary>
    private static TextDocument AsMarkdown(string name, TextDocument result)
    {
        var fence = new string('`', Math.Max(3, LongestRun(result.Text) + 1));
        var language = Path.GetExtension(name).TrimStart('.').ToLowerInvariant();
        var body = result.EndsWithLineEnding ? result.Text : result.Text + "\n";
        return TextDocument.Of(name, $"{fence}{(language is "txt" or "text" ? "" : language)}\n{body}{fence}\n");
    }

    private static int LongestRun(string text)
    {
        var (longest, run) = (0, 0);
        foreach (var c in text) longest = Math.Max(longest, run = c == '`' ? run + 1 : 0);
        return longest;
    }
}
