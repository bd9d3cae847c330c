namespace Awoc.Client.Wire;

/// <summary>A task as every door shows it. Values are in the words of the design; what is absent is null.</summary>
public sealed record TaskView
{
    /// <summary>Seconds since 1970, a dash, random hex digits. The random part alone is what listings show.</summary>
    public required string Id { get; init; }

    /// <summary>The name given at launch.</summary>
    public string? Name { get; init; }

    /// <summary>The task type, such as <c>research</c>.</summary>
    public required string Type { get; init; }

    /// <summary>What is to be done, in the user's words.</summary>
    public string? Description { get; init; }

    /// <summary><c>scheduled</c>, <c>queued</c>, <c>running</c>, <c>awaiting_input</c> or <c>ended</c>.</summary>
    public required string State { get; init; }

    /// <summary>Once ended: <c>succeeded</c>, <c>failed</c>, <c>canceled</c>, <c>timed_out</c>, <c>budget_exhausted</c> or <c>lost</c>.</summary>
    public string? Outcome { get; init; }

    /// <summary>A machine-readable word for why it ended so.</summary>
    public string? Reason { get; init; }

    /// <summary>One sentence for a person, with the next step where there is one.</summary>
    public string? Detail { get; init; }

    /// <summary><c>none</c>, <c>partial</c> or <c>complete</c>.</summary>
    public required string Result { get; init; }

    /// <summary><c>not_checked</c>, <c>passed</c> or <c>failed</c>.</summary>
    public required string Verification { get; init; }

    /// <summary>What the last check of the result found. Left out of listings.</summary>
    public IReadOnlyList<FindingView>? Findings { get; init; }

    /// <summary>True when the embedded rehearsal model answered, which is no language model; absent otherwise.</summary>
    public bool? Rehearsal { get; init; }

    /// <summary>The agent that works it: <c>claude</c>, <c>builtin</c>, <c>command</c>.</summary>
    public required string Agent { get; init; }

    /// <summary>The model as the user wrote it.</summary>
    public string? Model { get; init; }

    /// <summary>Absolute path where the result is to be delivered.</summary>
    public string? Output { get; init; }

    /// <summary>Absolute path of the file that holds what was produced so far.</summary>
    public string? ResultPath { get; init; }

    /// <summary>The result stands at <see cref="Output"/>.</summary>
    public bool? Delivered { get; init; }

    /// <summary>How the result is integrated as the task succeeds: a mode; absent for not at all.</summary>
    public string? Integrate { get; init; }

    /// <summary>Absolute path of the file it is integrated into, where that is not <see cref="Output"/>.</summary>
    public string? IntegrateInto { get; init; }

    /// <summary>When its result was read or integrated, or its end acknowledged (UTC); absent while an ended task is in the inbox.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>The agent's closing words, shortened.</summary>
    public string? Summary { get; init; }

    /// <summary>What a waiting task waits for.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>When a scheduled task becomes due (UTC).</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Attempts that recovery made by itself since the launch or a person's last word; absent for none.</summary>
    public int? Retries { get; init; }

    /// <summary>The directory it works in.</summary>
    public required string Cwd { get; init; }

    /// <summary>The task's own directory, with its logs.</summary>
    public required string Directory { get; init; }

    /// <summary>The group it was launched in.</summary>
    public string? Group { get; init; }

    /// <summary>The queue it waits in.</summary>
    public required string Queue { get; init; }

    /// <summary>Higher starts earlier; absent for 0.</summary>
    public int? Priority { get; init; }

    /// <summary>The session that launched it.</summary>
    public string? Parent { get; init; }

    /// <summary>Its executions so far, oldest first. Left out of listings.</summary>
    public IReadOnlyList<AttemptView>? Attempts { get; init; }

    /// <summary>What was spent over all attempts, live while one runs.</summary>
    public required UsageView Usage { get; init; }

    /// <summary>The limits over all attempts.</summary>
    public required BudgetView Budget { get; init; }

    /// <summary>How exactly the token budget holds with its agent: <c>exact</c>, <c>live</c>, <c>per_turn</c>, <c>estimate</c>, <c>none</c>.</summary>
    public string? BudgetExactness { get; init; }

    /// <summary>Every limit that bounds it, with what is used and left. Left out of listings.</summary>
    public IReadOnlyList<LimitView>? Limits { get; init; }

    /// <summary>Models it called whose price is not known: the cost leaves them out. Absent where there is none, and from listings.</summary>
    public IReadOnlyList<string>? Unpriced { get; init; }

    /// <summary>What happens at a limit or a failure.</summary>
    public required PolicyView Policy { get; init; }

    /// <summary>The exit code that stands for the outcome; absent while the task lives.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Running time in milliseconds over all attempts.</summary>
    public long RunMs { get; init; }

    /// <summary>Up by one at every change.</summary>
    public required long Version { get; init; }

    /// <summary>When it was launched (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its first attempt started (UTC).</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended (UTC).</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>One execution of a task.</summary>
public sealed record AttemptView
{
    /// <summary>1 for the first.</summary>
    public required int Number { get; init; }

    /// <summary>The agent's own conversation id.</summary>
    public string? Session { get; init; }

    /// <summary>How it ended; null while it runs.</summary>
    public string? Outcome { get; init; }

    /// <summary>Why it ended so.</summary>
    public string? Reason { get; init; }

    /// <summary>What this attempt spent.</summary>
    public required UsageView Usage { get; init; }

    /// <summary>Running time in milliseconds.</summary>
    public long RunMs { get; init; }

    /// <summary>When it started (UTC).</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended (UTC).</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>Tokens spent.</summary>
/// <param name="Output">Generated, thinking included: what the token budget limits.</param>
/// <param name="Thinking">The part of the output that was thinking.</param>
/// <param name="Input">Input at full weight.</param>
/// <param name="CacheRead">Input read from the provider's cache.</param>
/// <param name="CacheWrite">Input written to the provider's cache.</param>
/// <param name="CostUsd">List price in US dollars where it is known.</param>
/// <param name="Estimated">True when some of it had to be assumed; absent otherwise.</param>
public sealed record UsageView(long Output, long Thinking, long Input, long CacheRead, long CacheWrite, decimal? CostUsd = null, bool? Estimated = null);

/// <summary>The limits of a task over all its attempts; those that are absent are not set.</summary>
/// <param name="Tokens">Tokens the model may generate; absent for an agent that calls no model.</param>
/// <param name="TimeoutSeconds">Running time in seconds.</param>
/// <param name="InputTokens">Input tokens, a cache read at a tenth, a cache write at five quarters.</param>
/// <param name="CostUsd">List price in US dollars.</param>
/// <param name="Turns">Answers of the model, those to sub-agents included.</param>
/// <param name="StallSeconds">Seconds without a sign of life after which an attempt counts as hung.</param>
public sealed record BudgetView(
    long? Tokens, long TimeoutSeconds, long? InputTokens = null, decimal? CostUsd = null, int? Turns = null, long? StallSeconds = null);

/// <summary>One limit.</summary>
/// <param name="Kind"><c>tokens</c>, <c>input_tokens</c>, <c>cost</c>, <c>time</c>, <c>turns</c>, <c>stall</c>; of what tasks share, <c>day_tokens</c>, <c>group_cost</c> and so on.</param>
/// <param name="Max">The limit.</param>
/// <param name="Used">Spent, live while an attempt runs; absent where it is not known.</param>
/// <param name="Left">What may still be spent; absent where it is not known.</param>
/// <param name="Unit"><c>tokens</c>, <c>usd</c>, <c>seconds</c>, <c>turns</c>.</param>
/// <param name="Held">Of a limit that tasks share: kept for attempts under way, and neither used nor left; absent otherwise.</param>
public sealed record LimitView(string Kind, decimal Max, decimal? Used, decimal? Left, string Unit, decimal? Held = null);

/// <summary>What a task does at a limit or a failure.</summary>
/// <param name="OnBudget"><c>stop</c> or <c>ask</c>.</param>
/// <param name="OnFailure"><c>default</c>, <c>auto</c> or <c>stop</c>.</param>
/// <param name="Permissions"><c>deny</c> or <c>ask</c>.</param>
/// <param name="MaxRetries">Attempts that recovery may make by itself; absent leaves it to the configuration.</param>
/// <param name="MaxTotalTokens">Beyond this recovery raises no token budget; absent is twice the budget.</param>
/// <param name="MaxTotalSeconds">Beyond this recovery raises no time budget; absent is twice the budget.</param>
/// <param name="Record">True when requests and answers of the model are kept; absent otherwise.</param>
public sealed record PolicyView(
    string OnBudget,
    string OnFailure,
    string Permissions,
    int? MaxRetries = null,
    long? MaxTotalTokens = null,
    long? MaxTotalSeconds = null,
    bool? Record = null);

/// <summary>A page of tasks, newest first.</summary>
/// <param name="Tasks">The tasks.</param>
/// <param name="Next">The cursor of the next page (<c>before</c>); null on the last.</param>
/// <param name="Counts">How many tasks there are in each state.</param>
/// <param name="Unread">How many have ended and nobody has read them.</param>
/// <param name="Paused">Queues from which nothing starts, though tasks wait there; absent for none.</param>
public sealed record TaskPage(
    IReadOnlyList<TaskView> Tasks, string? Next, IReadOnlyDictionary<string, long> Counts, long Unread = 0, IReadOnlyList<QueueView>? Paused = null);

/// <summary>A milestone in a task's life.</summary>
/// <param name="Seq">Commit order over all tasks: the cursor to resume from.</param>
/// <param name="Task">The task's id.</param>
/// <param name="Version">The task's version after it.</param>
/// <param name="Kind">Such as <c>attempt_started</c>, <c>ended</c>.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Data">The event's own fields as a JSON object.</param>
public sealed record EventView(long Seq, string Task, long Version, string Kind, DateTimeOffset At, System.Text.Json.JsonElement Data);
