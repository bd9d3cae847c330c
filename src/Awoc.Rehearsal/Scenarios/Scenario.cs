using Awoc.Rehearsal.Messages;

namespace Awoc.Rehearsal.Scenarios;

/// <summary>A script of answers with its parameters filled in.</summary>
/// <param name="Name">As chosen.</param>
/// <param name="Steps">In order; at least one.</param>
/// <param name="EndsWithError">After the last step: an error, where otherwise the last step repeats.</param>
internal sealed record Scenario(string Name, IReadOnlyList<Step> Steps, bool EndsWithError);

/// <summary>One model request's answer.</summary>
internal abstract record Step
{
    private Step()
    {
    }

    public Pace Pace { get; init; } = new();

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Times a step that leaves no answer in the conversation is served to one conversation.</summary>
    public int Times { get; init; } = 1;

    /// <summary>True for a step that leaves no answer in the conversation, so that only the server can count it.</summary>
    public bool IsFault => this is Fail || Pace.Cut is not null;

    internal sealed record Fail(ApiError Error) : Step;

    internal sealed record Plan : Step;

    /// <param name="Blocks">With variables still in them.</param>
    internal sealed record Answer(IReadOnlyList<BlockTemplate> Blocks) : Step
    {
        public UsageOverride? Usage { get; init; }

        public string? StopReason { get; init; }

        /// <summary>Consecutive answers this step stands for.</summary>
        public int Repeat { get; init; } = 1;
    }
}

internal abstract record BlockTemplate
{
    private BlockTemplate()
    {
    }

    /// <param name="Tokens">The exact size; null for the text's own.</param>
    internal sealed record Text(string Value, int? Tokens) : BlockTemplate;

    internal sealed record Thinking(string Value, int? Tokens) : BlockTemplate;

    internal sealed record ToolUse(string Name, string InputJson) : BlockTemplate;
}
