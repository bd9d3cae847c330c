using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Awoc.Core.Budgets;
using Awoc.Core.Catalog;
using Awoc.Core.Integration;

namespace Awoc.Core.Tasks;

/// <summary>
/// What a user asked for: validated, complete, and never changed after the launch. It is stored whole, so it holds no
/// secret: values of <see cref="SecretNames"/> live in the daemon's memory and in the shim.
/// <para>
/// The generated JSON reader sets every init-only member, those that an old text lacks to null
/// (https://github.com/dotnet/runtime/issues/84484): a member with a default takes null for it, so that an old row opens.
/// </para>
/// </summary>
public sealed record TaskSpec
{
    /// <summary>The shape of this record, stored beside it so that an old row keeps opening.</summary>
    public const int CurrentVersion = 1;

    public const string DefaultQueue = "default";

    /// <summary>A type of the catalog, or <c>custom</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The type as it was at the launch, where it is a user's own; null for one of the catalog.</summary>
    public TaskType? Definition { get; init; }

    /// <summary>What is to be done, in the user's words; empty when the type says it all.</summary>
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>Absolute path where the result is delivered; null keeps it in the task's directory.</summary>
    public string? Output { get; init; }

    /// <summary>The result may replace a file that exists at <see cref="Output"/>.</summary>
    public bool Overwrite { get; init; }

    /// <summary>The user gave leave for an <see cref="Output"/> outside <see cref="Cwd"/>.</summary>
    public bool AllowOutside { get; init; }

    /// <summary>The user's own JSON Schema for the result, its text; null for the type's contract.</summary>
    public string? Schema { get; init; }

    /// <summary>A claim in the result that points nowhere breaks the contract.</summary>
    public bool Strict { get; init; }

    /// <summary>How often the agent is asked to mend a result that breaks its contract; null is the configuration's.</summary>
    public int? Mends { get; init; }

    /// <summary>How the result is integrated as the task ends; null for not.</summary>
    public IntegrationMode? Integrate { get; init; }

    /// <summary>Absolute path of the target of <see cref="Integrate"/>; null is <see cref="Output"/>.</summary>
    public string? IntegrateInto { get; init; }

    public string? Name { get; init; }

    /// <summary>The runner: <c>claude</c>, <c>builtin</c>, <c>command</c>.</summary>
    public required string Agent { get; init; }

    /// <summary>The model as the user wrote it; null where the agent has none.</summary>
    public string? Model { get; init; }

    public required Budget Budget { get; init; }

    /// <summary>What happens when the budget is spent.</summary>
    public OnBudget OnBudget { get; init; }

    /// <summary>What is done by itself when an attempt does not succeed.</summary>
    public OnFailure OnFailure { get; init; }

    /// <summary>Further attempts that recovery may make by itself; null is the configuration's.</summary>
    public int? MaxRetries { get; init; }

    /// <summary>Generated tokens over all attempts beyond which recovery raises no budget; null is twice the budget.</summary>
    public long? MaxTotalTokens { get; init; }

    /// <summary>Running seconds over all attempts beyond which recovery raises no budget; null is twice the budget.</summary>
    public long? MaxTotalSeconds { get; init; }

    /// <summary>What becomes of a tool call that is not on the allow list.</summary>
    public OnPermission OnPermission { get; init; }

    /// <summary>Requests and answers are kept, redacted, in the attempt's <c>wire.jsonl</c>.</summary>
    public bool RecordWire { get; init; }

    /// <summary>Absolute path of the directory the agent works in.</summary>
    public required string Cwd { get; init; }

    /// <summary>Absolute paths of files the agent is pointed at.</summary>
    public ImmutableArray<string> Context { get; init => field = value.IsDefault ? [] : value; } = [];

    public string Queue { get; init => field = value ?? DefaultQueue; } = DefaultQueue;

    /// <summary>Higher starts earlier; 0 is everyone's. What waits gains on what comes later, so that nothing starves.</summary>
    public int Priority { get; init; }

    public string? Group { get; init; }

    /// <summary>US dollars at list price for all tasks of its group together, as its batch was launched; null is no limit.</summary>
    public decimal? GroupCostUsd { get; init; }

    /// <summary>Tokens that all tasks of its group may generate together, as its workflow was launched; null is no limit.</summary>
    public long? GroupTokens { get; init; }

    /// <summary>As <see cref="GroupTokens"/>, for input tokens.</summary>
    public long? GroupInputTokens { get; init; }

    /// <summary>What it waits for before it joins its queue; null for nothing.</summary>
    public StartCondition? Start { get; init; }

    /// <summary>It comes again when it has ended; null for once.</summary>
    public Recurrence? Recurs { get; init; }

    /// <summary>What has to hold when it starts: <see cref="Start"/>, and that the one before it in its series, which may be tried again, has ended.</summary>
    [JsonIgnore]
    public StartCondition? Precondition => Recurs?.Previous is { } previous ? (Start ?? new StartCondition()) with { AfterEnded = [previous] } : Start;

    /// <summary>The tasks that <c>${tasks.NAME…}</c> in its description stands for, by that name.</summary>
    public ImmutableSortedDictionary<string, TaskId> References
    {
        get;
        init => field = value ?? ImmutableSortedDictionary<string, TaskId>.Empty;
    } = ImmutableSortedDictionary<string, TaskId>.Empty;

    /// <summary>Its place in a workflow; null outside of one.</summary>
    public WorkflowStep? Step { get; init; }

    /// <summary>Whose turn it is when several want to start: its group, else the session that launched it, else everyone's.</summary>
    public string Share => Group ?? ParentSession ?? "";

    /// <summary>The session that launched it: <c>AWOC_SESSION_ID</c>, the seed's <c>parent_session</c>.</summary>
    public string? ParentSession { get; init; }

    /// <summary>Model calls are answered by the embedded rehearsal server.</summary>
    public bool Rehearsal { get; init; }

    /// <summary>The caller's environment, less what looks like a secret.</summary>
    public ImmutableSortedDictionary<string, string> Environment
    {
        get;
        init => field = value ?? ImmutableSortedDictionary<string, string>.Empty;
    } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Names of the secret variables that were handed over in memory with the launch.</summary>
    public ImmutableArray<string> SecretNames { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Secret variables without which no attempt can start: after a restart they have to be handed over again.</summary>
    public ImmutableArray<string> RequiredSecrets { get; init => field = value.IsDefault ? [] : value; } = [];
}
