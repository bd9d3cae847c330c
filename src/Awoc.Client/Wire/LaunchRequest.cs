namespace Awoc.Client.Wire;

/// <summary>
/// What <c>awoc run</c> sends. Values are as the user wrote them: the daemon validates all of them at once and answers
/// with every fault.
/// <para>
/// The generated JSON reader sets init-only members that the text lacks to null (https://github.com/dotnet/runtime/issues/84484):
/// a member with a default takes null for it.
/// </para>
/// </summary>
public sealed record LaunchRequest
{
    /// <summary><c>TYPE[:DESCRIPTION]</c>, <c>custom:TEXT</c>, or free text.</summary>
    public required string Task { get; init => field = value ?? ""; }

    /// <summary>Where the result goes: a path, relative to <see cref="Cwd"/>; null keeps it in the task's directory.</summary>
    public string? Output { get; init; }

    /// <summary>The model, or <c>rehearsal</c>.</summary>
    public string? Model { get; init; }

    /// <summary>A whole number: tokens the model may generate.</summary>
    public string? Tokens { get; init; }

    /// <summary>Seconds, or a duration such as <c>10m</c>.</summary>
    public string? Timeout { get; init; }

    /// <summary>Time without a sign of life after which an attempt counts as hung; <c>0</c> or <c>off</c> for none.</summary>
    public string? StallTimeout { get; init; }

    /// <summary>US dollars at list price.</summary>
    public string? MaxCost { get; init; }

    /// <summary>A whole number: input tokens, those read from a cache at a tenth.</summary>
    public string? MaxInputTokens { get; init; }

    /// <summary>A whole number: answers of the model, those to sub-agents included.</summary>
    public string? MaxTurns { get; init; }

    /// <summary><c>stop</c> or <c>ask</c>: what happens when the budget is spent.</summary>
    public string? OnBudget { get; init; }

    /// <summary><c>default</c>, <c>auto</c> or <c>stop</c>: what recovery does by itself.</summary>
    public string? OnFailure { get; init; }

    /// <summary>A whole number: further attempts that recovery may make by itself.</summary>
    public string? Retry { get; init; }

    /// <summary>A whole number, not below the budget: generated tokens over all attempts, however often recovery raises the budget.</summary>
    public string? MaxTotalTokens { get; init; }

    /// <summary>As <see cref="MaxTotalTokens"/>, for running time.</summary>
    public string? MaxTotalTime { get; init; }

    /// <summary><c>deny</c> or <c>ask</c>: what becomes of a tool call that needs leave.</summary>
    public string? Permissions { get; init; }

    /// <summary>Requests and answers of the model are kept, redacted, in the attempt's directory; false leaves it to the settings.</summary>
    public bool Record { get; init; }

    /// <summary>The agent; null lets the daemon choose.</summary>
    public string? Agent { get; init; }

    /// <summary>Absolute path of the directory to work in.</summary>
    public required string Cwd { get; init => field = value ?? ""; }

    /// <summary>Files the agent is pointed at, relative to <see cref="Cwd"/>.</summary>
    public IReadOnlyList<string> Context { get; init => field = value ?? []; } = [];

    /// <summary>A name that can stand for the id.</summary>
    public string? Name { get; init; }

    /// <summary>The group it belongs to.</summary>
    public string? Group { get; init; }

    /// <summary>The queue it waits in; null is <c>default</c>.</summary>
    public string? Queue { get; init; }

    /// <summary>A whole number from -100 to 100: higher starts earlier. Null is 0.</summary>
    public string? Priority { get; init; }

    /// <summary>Tasks that must have succeeded before it starts: ids, names, or keys of the same batch.</summary>
    public IReadOnlyList<string> After { get; init => field = value ?? []; } = [];

    /// <summary>As <see cref="After"/>; one of them must have succeeded.</summary>
    public IReadOnlyList<string> AfterAny { get; init => field = value ?? []; } = [];

    /// <summary>As <see cref="After"/>; each must have ended, however.</summary>
    public IReadOnlyList<string> AfterEnded { get; init => field = value ?? []; } = [];

    /// <summary><c>fail</c>, <c>skip</c> or <c>run</c>: what becomes of it when what it waits for does not succeed.</summary>
    public string? OnUnmet { get; init; }

    /// <summary>Not before this time: ISO 8601, or <c>HH:MM</c> of the next day part that has it, in <see cref="Zone"/>.</summary>
    public string? At { get; init; }

    /// <summary>Not before so much time has passed: <c>600</c> (seconds), <c>10m</c>.</summary>
    public string? In { get; init; }

    /// <summary>A cron expression by which it comes again.</summary>
    public string? Cron { get; init; }

    /// <summary>The IANA time zone of <see cref="At"/> and <see cref="Cron"/>; null is the daemon's.</summary>
    public string? Zone { get; init; }

    /// <summary>The result may replace a file that exists.</summary>
    public bool Overwrite { get; init; }

    /// <summary>The result may stand outside <see cref="Cwd"/>.</summary>
    public bool AllowOutside { get; init; }

    /// <summary>A file with a JSON Schema for the result, relative to <see cref="Cwd"/>.</summary>
    public string? Schema { get; init; }

    /// <summary>A path, line or quote in the result that does not exist breaks its contract.</summary>
    public bool Strict { get; init; }

    /// <summary>How often the agent is asked to mend a result that breaks its contract; null for what is configured.</summary>
    public string? Mends { get; init; }

    /// <summary><c>MODE</c> or <c>MODE:TARGET</c>: how the result is integrated as the task succeeds; the target relative to <see cref="Cwd"/>, else OUTPUT.</summary>
    public string? Integrate { get; init; }

    /// <summary>The session that launches it.</summary>
    public string? ParentSession { get; init; }

    /// <summary>The caller's environment without what looks like a secret.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Variables whose names contain KEY, TOKEN, SECRET or PASSWORD: kept in memory only.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>A record prints its members: secrets are to stay out of every log.</summary>
    public override string ToString() => $"launch of '{(Task.Length > 40 ? Task[..40] : Task)}'";
}

/// <summary>The answer to a launch: the task is durable.</summary>
/// <param name="Task">The task.</param>
/// <param name="Notices">Sentences for the person who launched it.</param>
public sealed record LaunchReply(TaskView Task, IReadOnlyList<string> Notices);

/// <summary>What a launch would do: the answer to a dry run.</summary>
public sealed record LaunchPreview
{
    /// <summary>The agent that would be started.</summary>
    public required string Agent { get; init; }

    /// <summary>Its model.</summary>
    public string? Model { get; init; }

    /// <summary>Whether the rehearsal model would answer; absent otherwise.</summary>
    public bool? Rehearsal { get; init; }

    /// <summary>The task type.</summary>
    public required string Type { get; init; }

    /// <summary>Absolute path of the output; null when it would stay in the task's directory.</summary>
    public string? Output { get; init; }

    /// <summary>The limits.</summary>
    public required BudgetView Budget { get; init; }

    /// <summary>What happens at a limit or a failure.</summary>
    public required PolicyView Policy { get; init; }

    /// <summary>How exactly the token budget holds with this agent: <c>exact</c>, <c>live</c>, <c>per_turn</c>, <c>estimate</c>, <c>none</c>.</summary>
    public required string BudgetExactness { get; init; }

    /// <summary>The command line.</summary>
    public required IReadOnlyList<string> Argv { get; init; }

    /// <summary>The prompt, whole.</summary>
    public required string Prompt { get; init; }

    /// <summary>What stands in the system prompt and other tasks share; absent for nothing.</summary>
    public string? Shared { get; init; }

    /// <summary>What it is likely to take.</summary>
    public required EstimateView Estimate { get; init; }

    /// <summary>Sentences for the person who asks.</summary>
    public IReadOnlyList<string> Notices { get; init => field = value ?? []; } = [];
}

/// <summary>What a launch is likely to take, by what ended tasks of its type took with its agent.</summary>
/// <param name="PromptTokens">Input tokens of the prompt by its size; what the agent reads afterwards comes on top.</param>
/// <param name="PastTasks">How many tasks the figures are of; 0 says that there are none.</param>
/// <param name="Tokens">Tokens generated; absent without past tasks.</param>
/// <param name="Seconds">Running time; absent without past tasks.</param>
/// <param name="CostUsd">At list price; absent where none is known.</param>
public sealed record EstimateView(long PromptTokens, int PastTasks, SpreadView? Tokens, SpreadView? Seconds, SpreadView? CostUsd);

/// <summary>Two figures of many.</summary>
/// <param name="P50">Half of them were no larger.</param>
/// <param name="P90">Nine of ten were no larger.</param>
public sealed record SpreadView(decimal P50, decimal P90);

/// <summary>An error as RFC 9457 has it, with every fault of a request.</summary>
public sealed record Problem
{
    /// <summary>A word for programs: <c>invalid</c>, <c>not_found</c>, <c>ambiguous</c>, <c>conflict</c>, <c>refused</c>, <c>unavailable</c>, <c>unauthorized</c>, <c>internal</c>.</summary>
    public required string Type { get; init; }

    /// <summary>One sentence that names the thing and the next step.</summary>
    public required string Title { get; init; }

    /// <summary>HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>More lines, where one sentence is not enough.</summary>
    public string? Detail { get; init; }

    /// <summary>Every fault of the request, each naming its field.</summary>
    public IReadOnlyList<Fault> Faults { get; init => field = value ?? []; } = [];
}

/// <summary>One fault of a request.</summary>
/// <param name="Field">As the user knows it: <c>--tokens</c>, <c>OUTPUT</c>.</param>
/// <param name="Value">What was given, shortened.</param>
/// <param name="Allowed">What would be taken.</param>
/// <param name="Task">Of several launches, the one that has it: its key, or its place from 1; absent where there is only one.</param>
public sealed record Fault(string Field, string Value, string Allowed, string? Task = null);
