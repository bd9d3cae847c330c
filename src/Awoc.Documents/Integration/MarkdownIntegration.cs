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
        if (from.Unclosed is { } swallowing) return new IntegrationAnswer.Refused(swallowing);

        return request.Mode switch
        {
            IntegrationMode.Append => MarkdownAppend.Plan(request, into, from),
            IntegrationMode.Merge => Merge(request, into, from),
            _ => throw new UnreachableException(),
        };
    }

    private static IntegrationAnswer.Planned Merge(IntegrationRequest request, MarkdownOutline target, MarkdownOutline result)
    {
        var edits = new LineInsertions(target.Document);
        var tally = new MergeTally();
        new MarkdownMerger(target, result, edits, tally, request.Marks ? Marks.Of(request.Origin) : null).Merge();
        return Answers.Of(request, target.Document, edits, tally);
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
