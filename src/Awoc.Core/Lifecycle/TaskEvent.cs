using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Awoc.Core.Budgets;
using Awoc.Core.Contracts;
using Awoc.Core.Integration;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;

namespace Awoc.Core.Lifecycle;

/// <summary>A milestone in a task's life. The log of them, applied in order, is the task's state.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Launched), "launched")]
[JsonDerivedType(typeof(Scheduled), "scheduled")]
[JsonDerivedType(typeof(Queued), "queued")]
[JsonDerivedType(typeof(AttemptStarted), "attempt_started")]
[JsonDerivedType(typeof(AttemptAdopted), "attempt_adopted")]
[JsonDerivedType(typeof(CancelRequested), "cancel_requested")]
[JsonDerivedType(typeof(InputRequested), "input_requested")]
[JsonDerivedType(typeof(InputReceived), "input_received")]
[JsonDerivedType(typeof(LimitReached), "limit_reached")]
[JsonDerivedType(typeof(AttemptEnded), "attempt_ended")]
[JsonDerivedType(typeof(Ended), "ended")]
[JsonDerivedType(typeof(Reopened), "reopened")]
[JsonDerivedType(typeof(ResultUsed), "result_used")]
[JsonDerivedType(typeof(Landing), "landing")]
[JsonDerivedType(typeof(BudgetChanged), "budget_changed")]
[JsonDerivedType(typeof(MendRequested), "mend_requested")]
[JsonDerivedType(typeof(Verified), "verified")]
[JsonDerivedType(typeof(Integrated), "integrated")]
[JsonDerivedType(typeof(IntegrationFailed), "integration_failed")]
[JsonDerivedType(typeof(IntegrationUndone), "integration_undone")]
[JsonDerivedType(typeof(Acknowledged), "acknowledged")]
[JsonDerivedType(typeof(Recurred), "recurred")]
public abstract record TaskEvent
{
    private TaskEvent()
    {
    }

    /// <summary>The shape of the event payloads, stored beside each.</summary>
    public const int CurrentVersion = 3;

    public required DateTimeOffset At { get; init; }

    public sealed record Launched(TaskId Id, TaskSpec Spec) : TaskEvent;

    public sealed record Scheduled(DateTimeOffset? DueAt, string? WaitsFor) : TaskEvent
    {
        /// <summary>How the next attempt goes on; absent where recovery has no part in it.</summary>
        public RecoveryState? Recovery { get; init; }

        /// <summary>What it waits for; absent in logs from before it was told.</summary>
        public WaitKind? Wait { get; init; }
    }

    public sealed record Queued : TaskEvent;

    public sealed record AttemptStarted(int Attempt, long Fence, string Node) : TaskEvent;

    public sealed record AttemptAdopted(int Attempt, long Fence, string Node) : TaskEvent;

    public sealed record CancelRequested(string By) : TaskEvent
    {
        /// <summary>It recurs, and its series ends with it.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Series { get; init; }
    }

    public sealed record InputRequested(string Question) : TaskEvent
    {
        /// <summary>How the task goes on with the answer; null leaves what is known.</summary>
        public RecoveryState? Recovery { get; init; }
    }

    public sealed record InputReceived(string? Answer) : TaskEvent;

    /// <summary>A budget was met and the attempt told to stop; its end follows.</summary>
    public sealed record LimitReached(EndReason Limit, long Used, long Max) : TaskEvent;

    /// <summary>A step of the soft landing.</summary>
    /// <param name="Limit">Which budget it is about.</param>
    /// <param name="Used">Tokens, milliseconds, turns or millionths of a dollar, as the limit has it.</param>
    public sealed record Landing(LandingStep Step, EndReason Limit, long Used, long Max) : TaskEvent;

    public sealed record BudgetChanged(Budget Budget, string By) : TaskEvent;

    public sealed record AttemptEnded(int Attempt, TaskOutcome Outcome, EndReason? Reason, Usage Usage, long RunMs) : TaskEvent
    {
        /// <summary>One sentence for a person.</summary>
        public string? Detail { get; init; }

        /// <summary>What it left for the next attempt, or for a person should there be none; absent where the task ends with it.</summary>
        public TaskResult? Result { get; init; }

        public string? ResultPath { get; init; }
    }

    public sealed record Ended(TaskEnding Ending) : TaskEvent;

    /// <summary>The result broke its contract, and the same session was asked to mend exactly these findings.</summary>
    public sealed record MendRequested(int Attempt, ImmutableArray<Finding> Findings) : TaskEvent;

    /// <summary>The result of an ended task was checked again.</summary>
    public sealed record Verified(string By, Verification Verification, ImmutableArray<Finding> Findings) : TaskEvent;

    /// <summary>The result was brought into a target.</summary>
    public sealed record Integrated(string By, IntegrationRecord Record) : TaskEvent;

    /// <summary>The integration that was asked for at the launch could not be done: the result waits where it lies.</summary>
    public sealed record IntegrationFailed(string Why) : TaskEvent;

    /// <summary>An integration was taken back.</summary>
    public sealed record IntegrationUndone(string By, int Number) : TaskEvent;

    /// <summary>Somebody has read the result, or knows of the end: it leaves the inbox.</summary>
    public sealed record Acknowledged(string By) : TaskEvent;

    /// <summary>It recurs, and its next one was launched.</summary>
    public sealed record Recurred(TaskId Next) : TaskEvent;

    /// <summary>A person took the partial result as it is.</summary>
    public sealed record ResultUsed(string By, string Path) : TaskEvent;

    /// <summary>An explicit retry or recover of an ended task: same id, next attempt.</summary>
    public sealed record Reopened(string By) : TaskEvent
    {
        public NextAttempt? Next { get; init; }
    }
}

/// <summary>How a task ended and what it left.</summary>
public sealed record TaskEnding
{
    public required TaskOutcome Outcome { get; init; }
    public EndReason? Reason { get; init; }
    public string? Detail { get; init; }
    public TaskResult Result { get; init; }
    public Verification Verification { get; init; }

    /// <summary>What the check of the result found, warnings among it.</summary>
    public ImmutableArray<Finding> Findings { get; init => field = value.IsDefault ? [] : value; } = [];

    public string? ResultPath { get; init; }
    public bool Delivered { get; init; }
    public string? Summary { get; init; }

    /// <summary>SHA-256 of the target before the launch and after the delivery, so that a retry knows its own file.</summary>
    public string? TargetShaBefore { get; init; }

    public string? TargetShaAfter { get; init; }
}
