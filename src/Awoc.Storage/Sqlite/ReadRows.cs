using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Core.Waiting;

namespace Awoc.Storage.Sqlite;

/// <summary>A row of <c>task</c>, as far as <see cref="AgentTask"/> is made of it.</summary>
internal sealed class TaskRow
{
    public const string Columns = """
        id, version, spec, state, outcome, reason, detail, result, verification, result_path, delivered, summary, attempt, fence,
        in_attempt, cancel_requested, usage, run_ms, waits_for, due_us, created_us, queued_us, started_us, ended_us,
        budget, recovery, read_us, wait_kind, successor
        """;

    public required string Id { get; set; }
    public long Version { get; set; }
    public required string Spec { get; set; }
    public required string State { get; set; }
    public string? Outcome { get; set; }
    public string? Reason { get; set; }
    public string? Detail { get; set; }
    public required string Result { get; set; }
    public required string Verification { get; set; }
    public string? ResultPath { get; set; }
    public long Delivered { get; set; }
    public string? Summary { get; set; }
    public long Attempt { get; set; }
    public long Fence { get; set; }
    public long InAttempt { get; set; }
    public long CancelRequested { get; set; }
    public required string Usage { get; set; }
    public long RunMs { get; set; }
    public string? WaitsFor { get; set; }
    public long? DueUs { get; set; }
    public long CreatedUs { get; set; }
    public long? QueuedUs { get; set; }
    public long? StartedUs { get; set; }
    public long? EndedUs { get; set; }

    public string? Budget { get; set; }

    public string? Recovery { get; set; }
    public long? ReadUs { get; set; }
    public string? WaitKind { get; set; }
    public string? Successor { get; set; }

    public AgentTask ToTask() => new()
    {
        Id = TaskId.Parse(Id),
        Version = Version,
        Spec = StoredJson.Spec(Spec),
        State = SnakeCase.Parse<TaskState>(State),
        Outcome = Words.Optional<TaskOutcome>(Outcome),
        Reason = Words.Optional<EndReason>(Reason),
        Detail = Detail,
        Result = SnakeCase.Parse<TaskResult>(Result),
        Verification = SnakeCase.Parse<Verification>(Verification),
        ResultPath = ResultPath,
        Delivered = Delivered != 0,
        Summary = Summary,
        Attempt = (int)Attempt,
        Fence = Fence,
        InAttempt = InAttempt != 0,
        CancelRequested = CancelBits.HasTask(CancelRequested),
        SeriesCanceled = CancelBits.HasSeries(CancelRequested),
        Usage = StoredJson.Usage(Usage),
        RunMs = RunMs,
        WaitsFor = WaitsFor,
        DueAt = Microseconds.ToTime(DueUs),
        CreatedAt = Microseconds.ToTime(CreatedUs),
        QueuedAt = Microseconds.ToTime(QueuedUs),
        StartedAt = Microseconds.ToTime(StartedUs),
        EndedAt = Microseconds.ToTime(EndedUs),
        Budget = StoredJson.Budget(Budget)!,
        Recovery = StoredJson.Recovery(Recovery),
        ReadAt = Microseconds.ToTime(ReadUs),
        WaitKind = Words.Optional<WaitKind>(WaitKind),
        Successor = Successor is null ? null : TaskId.Parse(Successor),
    };
}

/// <summary>A row of <c>task</c>, as far as the order of starting needs it.</summary>
internal sealed class QueuedRow
{
    public const string Columns = "id, version, queue, share, agent, model, priority, queued_us, created_us, seq";

    public required string Id { get; set; }
    public long Version { get; set; }
    public required string Queue { get; set; }
    public required string Share { get; set; }
    public required string Agent { get; set; }
    public string? Model { get; set; }
    public long Priority { get; set; }
    public long? QueuedUs { get; set; }
    public long CreatedUs { get; set; }
    public long Seq { get; set; }

    public QueuedTask ToTask() =>
        new(TaskId.Parse(Id), Version, Queue, Share, Agent, Model, (int)Priority, Microseconds.ToTime(QueuedUs ?? CreatedUs), Seq);
}

/// <summary>A row of <c>task</c>, as far as those that wait for it need to know.</summary>
internal sealed class StandingRow
{
    public const string Columns = "id, version, state, outcome, reason";

    public required string Id { get; set; }
    public long Version { get; set; }
    public required string State { get; set; }
    public string? Outcome { get; set; }
    public string? Reason { get; set; }

    public TaskStanding ToStanding() => new(
        TaskId.Parse(Id), Version, SnakeCase.Parse<TaskState>(State), Words.Optional<TaskOutcome>(Outcome), Words.Optional<EndReason>(Reason));
}

/// <summary>A row of <c>attempt</c>.</summary>
internal sealed class AttemptRow
{
    public const string Columns = "task_id, n, fence, node_id, session, log_offset, usage, outcome, reason, run_ms, warm, started_us, ended_us";

    public required string TaskId { get; set; }
    public long N { get; set; }
    public long Fence { get; set; }
    public required string NodeId { get; set; }
    public string? Session { get; set; }
    public long LogOffset { get; set; }
    public required string Usage { get; set; }
    public string? Outcome { get; set; }
    public string? Reason { get; set; }
    public long RunMs { get; set; }
    public long? Warm { get; set; }
    public long StartedUs { get; set; }
    public long? EndedUs { get; set; }

    public AttemptRecord ToRecord() => new()
    {
        Task = Core.Tasks.TaskId.Parse(TaskId),
        Number = (int)N,
        Fence = Fence,
        Node = NodeId,
        Session = Session,
        LogOffset = LogOffset,
        Usage = StoredJson.Usage(Usage),
        Outcome = Words.Optional<TaskOutcome>(Outcome),
        Reason = Words.Optional<EndReason>(Reason),
        RunMs = RunMs,
        Warm = Warm is { } warm ? warm != 0 : null,
        StartedAt = Microseconds.ToTime(StartedUs),
        EndedAt = Microseconds.ToTime(EndedUs),
    };
}

/// <summary>A row of <c>event</c>.</summary>
internal sealed class StoredEventRow
{
    public const string Columns = "seq, task_id, version, data";

    public long Seq { get; set; }
    public required string TaskId { get; set; }
    public long Version { get; set; }
    public required string Data { get; set; }

    public StoredEvent ToEvent() => new(Seq, Core.Tasks.TaskId.Parse(TaskId), Version, StoredJson.Event(Data));
}

/// <summary>A row of <c>idempotency</c>.</summary>
internal sealed class KeyRow
{
    public required string RequestSha { get; set; }
    public required string TaskIds { get; set; }

    public KeyedLaunch ToLaunch() => new(RequestSha, StoredIds.Parse(TaskIds));
}

/// <summary>The number of tasks in one state.</summary>
internal sealed class CountRow
{
    public required string State { get; set; }
    public long Count { get; set; }
}

/// <summary>What several attempts spent together.</summary>
internal sealed class SpentRow
{
    public long Output { get; set; }
    public long Thinking { get; set; }
    public long Input { get; set; }
    public long CacheRead { get; set; }
    public long CacheWrite { get; set; }
    public double? CostUsd { get; set; }
    public long Estimated { get; set; }

    /// <summary>SQLite adds money up in binary: to the millionth of a dollar the sum is right.</summary>
    public Core.Budgets.Usage ToUsage() => new(Output, Thinking, Input, CacheRead, CacheWrite)
    {
        CostUsd = CostUsd is { } cost ? decimal.Round((decimal)cost, 6) : null,
        Estimated = Estimated != 0,
    };
}

internal static class Words
{
    public static T? Optional<T>(string? text) where T : struct, Enum => text is null ? null : SnakeCase.Parse<T>(text);
}
