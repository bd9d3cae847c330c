using Awoc.Core.Budgets;
using Awoc.Core.Recovery;

namespace Awoc.Core.Tasks;

/// <summary>The current state of a task: what its events add up to.</summary>
public sealed record AgentTask
{
    public required TaskId Id { get; init; }

    /// <summary>Up by one with every event; the store compares and sets on it.</summary>
    public required long Version { get; init; }

    public required TaskSpec Spec { get; init; }

    /// <summary>The limits in force: the spec's, until they were raised.</summary>
    public Budget Budget
    {
        get => field ?? Spec.Budget;
        init;
    }

    public RecoveryState Recovery { get; init => field = value ?? RecoveryState.None; } = RecoveryState.None;

    public TaskState State { get; init; } = TaskState.Queued;
    public TaskOutcome? Outcome { get; init; }
    public EndReason? Reason { get; init; }

    /// <summary>One sentence for a person: what happened, with the next step where there is one.</summary>
    public string? Detail { get; init; }

    public TaskResult Result { get; init; } = TaskResult.None;
    public Verification Verification { get; init; } = Verification.NotChecked;

    /// <summary>Absolute path of the file that holds what was produced.</summary>
    public string? ResultPath { get; init; }

    /// <summary>The result stands at <see cref="TaskSpec.Output"/>.</summary>
    public bool Delivered { get; init; }

    /// <summary>The agent's own closing words, cut to a size that a listing can bear.</summary>
    public string? Summary { get; init; }

    /// <summary>The number of the current or last attempt; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>Up by one at every dispatch and every adoption: a writer with a lower one is refused.</summary>
    public long Fence { get; init; }

    /// <summary>An attempt is under way: false when the task waits for its first or its next one.</summary>
    public bool InAttempt { get; init; }

    /// <summary>Set from the moment somebody asked to cancel until the task has ended.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>It recurs, and somebody canceled all of its series: it has no next one. Until it is reopened.</summary>
    public bool SeriesCanceled { get; init; }

    /// <summary>Over all attempts.</summary>
    public Usage Usage { get; init; } = Usage.Zero;

    /// <summary>Running time over all ended attempts, in milliseconds.</summary>
    public long RunMs { get; init; }

    /// <summary>The budget that the task waits for more of, until a person says; null where it does not wait for that.</summary>
    public EndReason? SpentBudget => State == TaskState.AwaitingInput && !InAttempt ? Recovery.Next?.Spent : null;

    /// <summary>What the task waits for, in <see cref="TaskState.AwaitingInput"/> and <see cref="TaskState.Scheduled"/>.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>Of what kind that is, while it is <see cref="TaskState.Scheduled"/>; null where nobody said.</summary>
    public WaitKind? WaitKind { get; init; }

    public DateTimeOffset? DueAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it joined its queue, which is its place there: a wait that <see cref="WaitKinds.KeepsPlace"/> changes nothing of it.</summary>
    public DateTimeOffset? QueuedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The next of a task that recurs; null until it is launched.</summary>
    public TaskId? Successor { get; init; }

    /// <summary>When its result was read or integrated, or its end acknowledged; null while nobody has, which keeps an ended task in the inbox.</summary>
    public DateTimeOffset? ReadAt { get; init; }
}
