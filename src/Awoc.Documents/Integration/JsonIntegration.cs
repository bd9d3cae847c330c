using System.Diagnostics;
using System.Text;
using Awoc.Core.Integration;
using Awoc.Documents.Json;
using Awoc.Documents.Merging;
using Awoc.Documents.Summaries;

namespace Awoc.Documents.Integration;

/// <summary>A JSON target.</summary>
internal static class JsonIntegration
{
    public static IntegrationAnswer Plan(IntegrationRequest request, TextDocument target, TextDocument result)
    {
        if (request.Mode == IntegrationMode.Reference)
            return Refused(target, null, "is JSON, which has no room for a reference; use append or merge, or a reference in a Markdown file");

        if (request.Mode == IntegrationMode.Summarize)
        {
            if (!ResultSummary.TryRead(result, request.Method, request.MaxWords, out var summary, out var unread)) return new IntegrationAnswer.Refused(unread);
            // The rest is an append or a merge of a small result.
            var isArray = target.Text.AsSpan().TrimStart() is ['[', ..];
            result = TextDocument.Of(request.ResultName, SummaryText.Json(summary, isArray ? request.Origin.Link : null));
            request = request with { Mode = isArray ? IntegrationMode.Append : IntegrationMode.Merge };
        }

        if (!JsonText.TryParse(result, out var from, out var fault)) return new IntegrationAnswer.Refused(fault);
        if (target.Text.AsSpan().IsWhiteSpace()) return Created(request, target, from);
        if (!JsonText.TryParse(target, out var into, out fault)) return new IntegrationAnswer.Refused(fault);

        var tally = new MergeTally();
        var edits = new JsonInsertions(into, from);
        var merger = new JsonMerger(into, from, edits, tally);
        switch (request.Mode)
        {
            case IntegrationMode.Append when into.Root.Kind != JsonKind.Array:
                return Refused(target, into.Line(into.Root.Start), $"is {Called(into.Root)}: append adds elements to an array; use merge");
            case IntegrationMode.Append:
                merger.Append(into.Root, from.Root.Kind == JsonKind.Array ? from.Root.Elements : [from.Root]);
                break;
            case IntegrationMode.Merge when into.Root.Kind != from.Root.Kind || into.Root.Kind is not (JsonKind.Object or JsonKind.Array):
                return Refused(target, into.Line(into.Root.Start), $"is {Called(into.Root)} and the result {Called(from.Root)}: two objects or two arrays merge; append adds an element to an array");
            case IntegrationMode.Merge:
                merger.Merge(into.Root, from.Root);
                break;
            default:
                throw new UnreachableException();
        }

        return edits.IsEmpty
            ? Answers.Unchanged(request, target, tally)
            : Changed(target, Encoding.UTF8.GetString(edits.Apply()), tally);
    }

    private static IntegrationAnswer Created(IntegrationRequest request, TextDocument target, JsonText from)
    {
        var text = Encoding.UTF8.GetString(from.Utf8);
        if (request.Mode == IntegrationMode.Append && from.Root.Kind != JsonKind.Array) text = $"[\n{Encoding.UTF8.GetString(from.Raw(from.Root))}\n]\n";
        return Changed(target, text, new MergeTally());
    }

    /// <summary>Read again before it is offered: a target that was JSON stays JSON, or as it is.</summary>
    private static IntegrationAnswer Changed(TextDocument target, string text, MergeTally tally) =>
        JsonText.TryParse(TextDocument.Of(target.Name, text), out _, out var fault)
            ? new IntegrationAnswer.Planned(target.ToBytes(text), true, tally.Conflicts, Answers.Quality(target, tally), [])
            : Refused(target, null, $"cannot take the result: with it, line {fault.Line} {fault.What}");

    private static IntegrationAnswer.Refused Refused(TextDocument target, int? line, string what) => new(new DocumentFault(target.Name, line, what));

    private static string Called(JsonNode node) => node.Kind switch
    {
        JsonKind.Object => "an object",
        JsonKind.Array => "an array",
        JsonKind.Text => "a string",
        JsonKind.Number => "a number",
        JsonKind.Literal => node.Value,
    };
}
