using Awoc.Rehearsal.Messages;
using Awoc.Rehearsal.Planner;

namespace Awoc.Rehearsal.Scenarios;

/// <summary>A script of answers with its parameters filled in.</summary>
/// <param name="Name">As chosen.</param>
/// <param name="Steps">In order; at least one.</param>
/// <param name="EndsWithError">After the last step: an error, where otherwise the last step repeats.</param>
internal sealed record Scenario(string Name, IReadOnlyList<Step> Steps, bool EndsWithError)
{
    /// <summary>What sub-agents do; empty where they follow <see cref="Steps"/> like everybody else.</summary>
    public IReadOnlyList<SubagentScript> Subagents { get; init; } = [];

    /// <summary>What the API bears while the script is played; null is everything.</summary>
    public ScenarioLimits? Limits { get; init; }

    /// <summary>The script says how large a report is, so a request that forbids tools gets one whatever step it meets.</summary>
    public bool NamesReport { get; init; }

    /// <summary>Size in tokens of the report that is given where a step wants tools and the request forbids them.</summary>
    public int ReportTokens { get; init; } = PlannerFigures.DefaultReport;

    /// <summary>That size as a share of the request's <c>max_tokens</c>; above 1 the report is cut. Null: <see cref="ReportTokens"/>.</summary>
    public double? ReportShare { get; init; }
}

/// <summary>The steps of one kind of sub-agent.</summary>
/// <param name="When">Words of its first prompt; null takes any.</param>
internal sealed record SubagentScript(string? When, IReadOnlyList<Step> Steps);

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

    /// <summary>True for a step that may leave no answer in the conversation, so that only the server can count it.</summary>
    public bool IsFault => this is Fail or Answer { Once: true } || Pace.Cut is not null;

    internal sealed record Fail(ApiError Error) : Step;

    /// <param name="Figures">Sizes of a realistic run; null for the modest planner.</param>
    internal sealed record Plan(PlannerFigures? Figures) : Step;

    /// <param name="Blocks">With variables still in them.</param>
    internal sealed record Answer(IReadOnlyList<BlockTemplate> Blocks) : Step
    {
        public UsageOverride? Usage { get; init; }

        public string? StopReason { get; init; }

        /// <summary>Consecutive answers this step stands for.</summary>
        public int Repeat { get; init; } = 1;

        /// <summary>Given once to a conversation and never looked for in it.</summary>
        public bool Once { get; init; }
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

    /// <param name="IsPartial">The input is the beginning of a JSON object, and no whole one.</param>
    internal sealed record ToolUse(string Name, string InputJson, bool IsPartial = false) : BlockTemplate;
}
