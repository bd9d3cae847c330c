using System.Collections.Immutable;
using Awoc.Core.Budgets;
using Awoc.Core.Contracts;
using Awoc.Core.Integration;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;

namespace Awoc.Core.Lifecycle;

/// <summary>Something that is asked of a task. <see cref="TaskLifecycle.Decide"/> answers with events, or with why not.</summary>
public abstract record TaskCommand
{
    private TaskCommand()
    {
    }

    /// <summary>The time has come or the condition holds: a scheduled task joins its queue.</summary>
    public sealed record Enqueue : TaskCommand;

    /// <summary>Something is in the way of a task that is queued or scheduled: it waits until then, or until somebody puts it back.</summary>
    /// <param name="DueAt">When it may be tried again; null for no certain time.</param>
    public sealed record Postpone(DateTimeOffset? DueAt, WaitKind Kind, string WaitsFor) : TaskCommand;

    /// <summary>A task that waits is left out: it ends <c>canceled</c>, <c>skipped</c>.</summary>
    public sealed record Skip(string Why) : TaskCommand;

    /// <summary>The next of a task that recurs is launched with the end of this one.</summary>
    public sealed record NoteSuccessor(TaskId Next) : TaskCommand;

    /// <summary>A task that waits is not to start at all: it fails for this reason.</summary>
    public sealed record Refuse(EndReason Reason, string Detail) : TaskCommand;

    /// <summary>Start the next attempt.</summary>
    public sealed record Dispatch(string Node) : TaskCommand;

    /// <summary>A new daemon takes a running attempt up again.</summary>
    public sealed record Adopt(string Node) : TaskCommand;

    /// <summary>Ends a waiting task at once; a running one when its agent has stopped.</summary>
    public sealed record Cancel(string By) : TaskCommand
    {
        /// <summary>One that recurs comes no more, either.</summary>
        public bool Series { get; init; }
    }

    public sealed record AskInput(string Question) : TaskCommand;

    public sealed record GiveInput(string? Answer) : TaskCommand;

    /// <summary>The attempt is over, its budget spent; the task waits until a person gives it more or lets it end.</summary>
    public sealed record Pause(long Fence, TaskOutcome Outcome, EndReason Reason, Usage Usage, long RunMs, string Question, RecoveryState Recovery)
        : TaskCommand
    {
        /// <summary>One sentence on how the attempt ended.</summary>
        public string? Detail { get; init; }

        /// <summary>What the attempt left.</summary>
        public TaskResult? Result { get; init; }

        public string? ResultPath { get; init; }
    }

    /// <summary>A task that was paused at its budget ends as that budget ended its last attempt.</summary>
    public sealed record LetEnd(string By) : TaskCommand;

    public sealed record ReportLimit(EndReason Limit, long Used, long Max) : TaskCommand;

    /// <summary>A step of the soft landing, for the record.</summary>
    public sealed record Land(LandingStep Step, EndReason Limit, long Used, long Max) : TaskCommand;

    /// <summary>Other limits from now on, for a task that lives.</summary>
    public sealed record ChangeBudget(Budget Budget, string By) : TaskCommand;

    /// <summary>The attempt is over and the task with it.</summary>
    public sealed record Finish(long Fence, Usage Usage, long RunMs, TaskEnding Ending) : TaskCommand;

    /// <summary>The attempt is over; the task goes on with another at <paramref name="DueAt"/>.</summary>
    public sealed record Defer(long Fence, TaskOutcome Outcome, EndReason? Reason, Usage Usage, long RunMs, DateTimeOffset DueAt, string? WaitsFor)
        : TaskCommand
    {
        /// <summary>One sentence on how the attempt ended.</summary>
        public string? Detail { get; init; }

        /// <summary>What the attempt left; null leaves what earlier ones did.</summary>
        public TaskResult? Result { get; init; }

        public string? ResultPath { get; init; }

        /// <summary>How the next attempt goes on; null starts it afresh and counts nothing.</summary>
        public RecoveryState? Recovery { get; init; }

        /// <summary>The limits for what is to come; null leaves them.</summary>
        public Budget? Budget { get; init; }

        /// <summary>What it waits for.</summary>
        public WaitKind Wait { get; init; } = WaitKind.NextAttempt;
    }

    /// <summary>The partial result of an ended task was put at <paramref name="Path"/> as it is: a person takes it.</summary>
    public sealed record UseResult(string By, string Path) : TaskCommand;

    /// <summary>The agent was asked to mend what a check of its result found.</summary>
    public sealed record NoteMend(ImmutableArray<Finding> Findings) : TaskCommand;

    /// <summary>An ended task's result was checked again.</summary>
    public sealed record NoteVerified(string By, Verification Verification, ImmutableArray<Finding> Findings) : TaskCommand;

    public sealed record NoteIntegrated(string By, IntegrationRecord Record) : TaskCommand;

    /// <summary>The integration that was asked for at the launch could not be done.</summary>
    public sealed record NoteUnintegrated(string Why) : TaskCommand;

    /// <param name="Number">Of the integration that was undone.</param>
    public sealed record NoteUndone(string By, int Number) : TaskCommand;

    /// <summary>Somebody has read the result, or says that they know of the end.</summary>
    public sealed record Acknowledge(string By) : TaskCommand;

    public sealed record Reopen(string By) : TaskCommand
    {
        /// <summary>How the next attempt goes on; null starts it afresh.</summary>
        public NextAttempt? Next { get; init; }

        /// <summary>The limits for what is to come; null leaves them.</summary>
        public Budget? Budget { get; init; }

        /// <summary>When the next attempt may start; null is at once.</summary>
        public DateTimeOffset? DueAt { get; init; }
    }
}

/// <summary>What <see cref="TaskLifecycle.Decide"/> says: the events to store, or why there are none.</summary>
public abstract record Decision
{
    private Decision()
    {
    }

    /// <param name="Events">In order; empty when the command asks for what already holds.</param>
    /// <param name="Next">The state after them.</param>
    public sealed record Accepted(IReadOnlyList<TaskEvent> Events, AgentTask Next) : Decision;

    /// <param name="Why">For a person: names the task and its state.</param>
    public sealed record Rejected(string Why) : Decision;
}
