using System.Globalization;
using System.Text;
using Awoc.Gateway.Wire;

namespace Awoc.Gateway.Dialects.Anthropic;

/// <summary>Where a Messages request says how much it may generate.</summary>
internal sealed class AnthropicRequestLayout : IRequestLayout
{
    /// <summary>The API takes no smaller <c>budget_tokens</c>.</summary>
    private const long LeastThinking = 1024;

    private static readonly byte[] s_noThinking = "{\"type\":\"disabled\"}"u8.ToArray();
    private static readonly byte[] s_noTools = "{\"type\":\"none\"}"u8.ToArray();
    private static readonly byte[] s_redacted = "\"redacted\""u8.ToArray();

    /// <summary>Its <c>max_tokens</c>; given twice, the larger.</summary>
    public long Asked { get; set; }

    /// <summary>The values of <c>max_tokens</c>: one, unless the body is odd.</summary>
    public List<Span> MaxTokens { get; } = [];

    /// <summary>The values of <c>thinking</c> that are enabled with a budget.</summary>
    public List<Thinking> Thinkings { get; } = [];

    /// <summary>The values of <c>tool_choice</c>.</summary>
    public List<Span> ToolChoices { get; } = [];

    /// <summary>The values of <c>context_management.edits</c>, each with those of its elements that have to do with thinking taken out.</summary>
    public List<BodyEdit> WithoutThinkingEdits { get; } = [];

    /// <summary>The values of <c>metadata.user_id</c>.</summary>
    public List<Span> UserIds { get; } = [];

    public bool HasTools { get; set; }

    public IReadOnlyList<BodyEdit> Redactions => [.. UserIds.Select(u => u.To(s_redacted))];

    public IReadOnlyList<BodyEdit> Fit(long cap, bool report)
    {
        var edits = new List<BodyEdit>();
        if (cap < Asked) edits.AddRange(MaxTokens.Select(m => m.To(Number(cap))));
        if (cap < Asked || report) FitThinking(cap, report, edits);
        if (report && HasTools) ForbidTools(edits);
        return edits;
    }

    private void FitThinking(long cap, bool report, List<BodyEdit> edits)
    {
        var disabled = false;
        foreach (var thinking in Thinkings)
        {
            if (report || (thinking.Tokens >= cap && cap <= LeastThinking))
            {
                edits.Add(thinking.Whole.To(s_noThinking));
                disabled = true;
            }

            // Half of the answer for its thinking: all but one token would leave no room for words.
            else if (thinking.Tokens >= cap) edits.Add(thinking.Budget.To(Number(Math.Max(LeastThinking, cap / 2))));
        }

        // The API refuses edits of thinking where there is none.
        if (disabled) edits.AddRange(WithoutThinkingEdits);
    }

    private void ForbidTools(List<BodyEdit> edits)
    {
        if (ToolChoices.Count > 0) edits.AddRange(ToolChoices.Select(c => c.To(s_noTools)));
        else edits.Add(new BodyEdit(MaxTokens[0].End, 0, [.. ",\"tool_choice\":"u8, .. s_noTools]));
    }

    private static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    internal readonly record struct Span(long Start, long End)
    {
        public BodyEdit To(byte[] with) => new(Start, End - Start, with);
    }

    /// <param name="Whole">The object.</param>
    /// <param name="Budget">The value of its <c>budget_tokens</c>.</param>
    internal readonly record struct Thinking(Span Whole, Span Budget, long Tokens);
}
