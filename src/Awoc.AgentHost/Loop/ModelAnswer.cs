using Awoc.AgentHost.Protocol;
using Microsoft.Extensions.AI;

namespace Awoc.AgentHost.Loop;

/// <summary>What came of one model call.</summary>
internal sealed record ModelAnswer(IReadOnlyList<AIContent> Contents, ChatFinishReason? Finish, Spent Spent)
{
    /// <summary>It failed for good; what had come before is in the contents.</summary>
    public ModelFailure? Failure { get; init; }

    /// <summary>The attempt was told to end.</summary>
    public bool Interrupted { get; init; }

    public string Text => string.Concat(Contents.OfType<TextContent>().Select(text => text.Text));

    public IReadOnlyList<FunctionCallContent> Calls => [.. Contents.OfType<FunctionCallContent>()];

    /// <summary>As it goes into the conversation: without what is of use to this process alone.</summary>
    public ChatMessage ToMessage() => new(ChatRole.Assistant, [.. Contents]);

    /// <summary>The arguments of calls that came, as the model wrote them: of a cut one they are no JSON.</summary>
    public AnswerPieces? Pieces { get; init; }

    public static ModelAnswer Of(ChatResponse response, AnswerPieces? pieces = null)
    {
        var contents = response.Messages.SelectMany(message => message.Contents)
            .Where(content => content is TextContent { Text.Length: > 0 } or TextReasoningContent or FunctionCallContent)
            .ToList();
        return new ModelAnswer(contents, response.FinishReason, SpentOf(response.Usage)) { Pieces = pieces };
    }

    private static Spent SpentOf(UsageDetails? usage)
    {
        if (usage is null) return default;
        var read = usage.CachedInputTokenCount ?? 0;
        var written = usage.AdditionalCounts?.FirstOrDefault(count => count.Key.Contains("CacheCreation", StringComparison.OrdinalIgnoreCase)).Value ?? 0;
        // The library's input count is the sum of fresh, read and written tokens; the wire's is the fresh ones alone.
        return new Spent(
            usage.OutputTokenCount ?? 0,
            usage.ReasoningTokenCount ?? 0,
            Math.Max(0, (usage.InputTokenCount ?? 0) - read - written),
            read,
            written);
    }
}
