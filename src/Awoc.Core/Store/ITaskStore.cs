using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Core.Waiting;

namespace Awoc.Core.Store;

/// <summary>
/// Where tasks live: the current state plus the log of its events, changed together in one durable transaction.
/// <para>
/// A returned write has reached the disk. A lost race is an answer (<see cref="CommitResult.Conflict"/>), not an
/// exception; exceptions mean broken I/O. All methods may be called from many threads at once.
/// </para>
/// </summary>
public interface ITaskStore : IAsyncDisposable
{
    /// <summary>The identity of this store, made with it: records on disk carry it, so that a foreign record is known.</summary>
    string StoreId { get; }

    /// <summary>
    /// Stores new tasks with their first events, all or none. With an idempotency key that was seen before, the tasks of
    /// that launch are returned and nothing is stored, if <paramref name="requestSha"/> is the same;
    /// otherwise <see cref="LaunchResult.KeyReused"/>.
    /// </summary>
    Task<LaunchResult> LaunchAsync(
        IReadOnlyList<Decision.Accepted> launches, string? idempotencyKey, string? requestSha, CancellationToken cancellation);

    /// <summary>What was launched under an idempotency key; null where none was, or so long ago that it is forgotten.</summary>
    Task<KeyedLaunch?> FindKeyAsync(string idempotencyKey, CancellationToken cancellation);

    /// <summary>Writes one accepted decision, if the stored version is the one it was made on.</summary>
    Task<CommitResult> CommitAsync(TaskCommit commit, CancellationToken cancellation);

    /// <summary>Notes how far a running attempt has come. Refused (false) when the fence is no longer the stored one.</summary>
    Task<bool> SaveProgressAsync(AttemptProgress progress, CancellationToken cancellation);

    Task<AgentTask?> FindAsync(TaskId id, CancellationToken cancellation);

    /// <summary>
    /// The tasks meant by a whole id, an unambiguous prefix of it or of its random part, a name (the newest task that
    /// has it), or <c>@last</c>. Several when the prefix is ambiguous, at most <paramref name="limit"/>.
    /// </summary>
    Task<IReadOnlyList<TaskId>> ResolveAsync(string reference, int limit, CancellationToken cancellation);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<AgentTask>> ListAsync(TaskQuery query, CancellationToken cancellation);

    /// <summary>By state. The time it takes grows with the number of tasks that have ended.</summary>
    Task<IReadOnlyDictionary<TaskState, long>> CountAsync(CancellationToken cancellation);

    /// <summary>The tasks in one state.</summary>
    Task<long> CountAsync(TaskState state, CancellationToken cancellation);

    /// <summary>All queued tasks, as far as the order in which they start needs to know them.</summary>
    Task<IReadOnlyList<QueuedTask>> QueuedAsync(CancellationToken cancellation);

    /// <summary>Scheduled tasks that wait for this and were queued before, as far as their place in that order goes.</summary>
    Task<IReadOnlyList<QueuedTask>> HeldAsync(WaitKind kind, CancellationToken cancellation);

    /// <summary>The tasks that wait for their first attempt, whatever for.</summary>
    Task<IReadOnlyList<TaskId>> NeverStartedAsync(CancellationToken cancellation);

    /// <summary>All scheduled tasks that wait for this, in the order of their launch.</summary>
    Task<IReadOnlyList<AgentTask>> WaitingAsync(WaitKind kind, CancellationToken cancellation);

    /// <summary>The tasks that were launched as a workflow's step with these inputs, newest first.</summary>
    Task<IReadOnlyList<AgentTask>> StepsAsync(string inputsSha, int limit, CancellationToken cancellation);

    /// <summary>The tasks of a workflow over all its runs, newest first.</summary>
    Task<IReadOnlyList<AgentTask>> WorkflowAsync(string workflow, int limit, CancellationToken cancellation);

    /// <summary>How each of these tasks stands; those that do not exist are left out.</summary>
    Task<IReadOnlyDictionary<TaskId, TaskStanding>> StandingsAsync(IReadOnlyCollection<TaskId> ids, CancellationToken cancellation);

    /// <summary>These tasks, in this order; those that do not exist are left out.</summary>
    Task<IReadOnlyList<AgentTask>> FindAsync(IReadOnlyCollection<TaskId> ids, CancellationToken cancellation);

    /// <summary>Scheduled tasks whose time has come, earliest first.</summary>
    Task<IReadOnlyList<AgentTask>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation);

    /// <summary>The earliest time at which a scheduled task becomes due; null when none waits for a time.</summary>
    Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellation);

    /// <summary>Every task with an attempt under way: what a new daemon has to adopt.</summary>
    Task<IReadOnlyList<AgentTask>> InAttemptAsync(CancellationToken cancellation);

    /// <summary>The inbox: ended tasks that nobody has read (<see cref="AgentTask.ReadAt"/>), the one that ended first before the others.</summary>
    Task<IReadOnlyList<AgentTask>> UnreadAsync(int limit, CancellationToken cancellation);

    /// <summary>How many are in the inbox.</summary>
    Task<long> CountUnreadAsync(CancellationToken cancellation);

    /// <summary>Prolongs every lease of a node from now on; returns how many it holds.</summary>
    Task<int> RenewLeasesAsync(string node, TimeSpan duration, CancellationToken cancellation);

    /// <summary>Tasks in an attempt whose lease has run out by the store's own clock, longest ago first.</summary>
    Task<IReadOnlyList<AgentTask>> ExpiredAsync(int limit, CancellationToken cancellation);

    /// <summary>A live task other than <paramref name="except"/> that will write to this path, if there is one.</summary>
    Task<TaskId?> LiveWithOutputAsync(string output, TaskId? except, CancellationToken cancellation);

    Task<IReadOnlyList<AttemptRecord>> AttemptsAsync(TaskId id, CancellationToken cancellation);

    /// <summary>Events in commit order, after the given sequence number (0 for all), of one task or of all.</summary>
    Task<IReadOnlyList<StoredEvent>> EventsAsync(long afterSeq, int limit, TaskId? task, CancellationToken cancellation);

    /// <summary>The sequence number of the newest event; 0 when there is none.</summary>
    Task<long> LastSeqAsync(CancellationToken cancellation);

    /// <summary>What all attempts spent that have ended since then; rehearsed tasks do not count.</summary>
    Task<Usage> SpentAsync(DateTimeOffset since, CancellationToken cancellation);

    /// <summary>What a group's tasks spent in all their ended attempts; rehearsed tasks do not count.</summary>
    Task<Usage> SpentByGroupAsync(string group, CancellationToken cancellation);

    /// <summary>The newest tasks of a type with an agent that have ended, rehearsed ones left out, newest first.</summary>
    Task<IReadOnlyList<AgentTask>> RecentAsync(string type, string agent, int limit, CancellationToken cancellation);

    /// <summary>A small note of the daemon's own; null when it was never set.</summary>
    Task<string?> MarkAsync(string name, CancellationToken cancellation);

    /// <param name="value">Null takes the note away.</param>
    Task SetMarkAsync(string name, string? value, CancellationToken cancellation);
}

/// <summary>One decision to be stored.</summary>
/// <param name="ExpectedVersion">The version of the task on which the decision was made.</param>
/// <param name="ExpectedFence">The lease token of the writer, where it works an attempt; null where it need not.</param>
/// <param name="Decision">Its events and the state after them.</param>
/// <param name="LeaseFor">
/// With an attempt's start or adoption: for how long, by the store's own clock, its node alone may work it. The end of
/// an attempt frees it.
/// </param>
/// <param name="Also">A new task that is stored with it, or not at all; its output may be that of the task it follows.</param>
public sealed record TaskCommit(
    long ExpectedVersion, long? ExpectedFence, Decision.Accepted Decision, TimeSpan? LeaseFor = null, Decision.Accepted? Also = null);

public enum CommitResult
{
    Applied,

    /// <summary>Somebody else was first: read the task again and decide anew.</summary>
    Conflict,
    NotFound,

    /// <summary>A reopened task would write where a live one already does: see <see cref="ITaskStore.LiveWithOutputAsync"/>.</summary>
    OutputTaken,
}

public abstract record LaunchResult
{
    private LaunchResult()
    {
    }

    public sealed record Stored(IReadOnlyList<AgentTask> Tasks) : LaunchResult;

    /// <summary>The same request under the same key was stored before.</summary>
    public sealed record Repeated(IReadOnlyList<TaskId> Tasks) : LaunchResult;

    /// <summary>The key belongs to a different request.</summary>
    public sealed record KeyReused : LaunchResult;

    /// <summary>A live task already writes to the same output.</summary>
    public sealed record OutputTaken(string Output, TaskId By) : LaunchResult;
}

/// <summary>What an idempotency key stands for.</summary>
/// <param name="RequestSha">As it was launched with.</param>
public sealed record KeyedLaunch(string RequestSha, IReadOnlyList<TaskId> Tasks);

/// <param name="States">Empty means any.</param>
/// <param name="Outcomes">Empty means any; else ended tasks with one of these.</param>
/// <param name="Before">Only tasks launched before this one: the cursor of a page.</param>
/// <param name="Group">Only tasks of this group; null for all.</param>
public sealed record TaskQuery(
    IReadOnlyList<TaskState> States, IReadOnlyList<TaskOutcome> Outcomes, int Limit, TaskId? Before = null, string? Group = null);

/// <summary>How far a running attempt has come.</summary>
/// <param name="LogOffset">Bytes of the agent's stream that have been taken in.</param>
public sealed record AttemptProgress(TaskId Task, int Attempt, long Fence, long LogOffset, string? Session, Usage Usage)
{
    /// <summary>As <see cref="AttemptRecord.Warm"/> has it; null leaves what is stored.</summary>
    public bool? Warm { get; init; }
}

/// <summary>A task that is or was queued, as the scheduler knows it.</summary>
/// <param name="Share">As <see cref="TaskSpec.Share"/> has it.</param>
/// <param name="Seq">The order of launch.</param>
public sealed record QueuedTask(
    TaskId Id, long Version, string Queue, string Share, string Agent, string? Model, int Priority, DateTimeOffset QueuedAt, long Seq);

/// <summary>One execution of a task.</summary>
public sealed record AttemptRecord
{
    public required TaskId Task { get; init; }
    public required int Number { get; init; }
    public required long Fence { get; init; }
    public required string Node { get; init; }
    public string? Session { get; init; }
    public long LogOffset { get; init; }
    public Usage Usage { get; init; } = Usage.Zero;
    public TaskOutcome? Outcome { get; init; }
    public EndReason? Reason { get; init; }
    public long RunMs { get; init; }

    /// <summary>True where it took a warm agent, false where there was none for it, null where it could not be made ahead.</summary>
    public bool? Warm { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
}

/// <param name="Seq">Commit order over all tasks.</param>
/// <param name="Version">The task's version after the event.</param>
public sealed record StoredEvent(long Seq, TaskId Task, long Version, TaskEvent Event);
