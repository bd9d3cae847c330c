using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Core.Recovery;

/// <summary>What recovery has to know of an attempt that is over.</summary>
/// <param name="Usage">Of this attempt alone.</param>
/// <param name="RunMs">Of this attempt alone.</param>
public sealed record EndedAttempt(TaskOutcome Outcome, EndReason? Reason, Usage Usage, long RunMs)
{
    /// <summary>One sentence on how it ended.</summary>
    public string? Detail { get; init; }

    /// <summary>What it left is whole, whatever its outcome: there is nothing to go on with.</summary>
    public bool IsComplete { get; init; }

    /// <summary>The agent was executed.</summary>
    public bool Started { get; init; } = true;

    /// <summary>It was to go on with a session and could not take it up.</summary>
    public bool SessionGone { get; init; }

    /// <summary>The agent calls a model; one that does not is a command, which may not bear a second run.</summary>
    public bool UsesModel { get; init; } = true;

    /// <summary>It ended for nothing but a usage window that is closed and is known to open at <see cref="ResetsAt"/>: words for it; null otherwise.</summary>
    public string? Window { get; init; }

    /// <summary>When the API says that its limit resets.</summary>
    public DateTimeOffset? ResetsAt { get; init; }
}

/// <summary>What becomes of the task after an attempt.</summary>
public abstract record RecoveryDecision
{
    private RecoveryDecision()
    {
    }

    /// <summary>A person is asked for more of the budget that is spent.</summary>
    public sealed record Ask(EndReason Spent, string Question, RecoveryState State) : RecoveryDecision;

    /// <summary>It ends as the attempt did.</summary>
    /// <param name="Note">Why nothing more was tried, where that is not plain from the end itself.</param>
    public sealed record End(string? Note) : RecoveryDecision;

    /// <summary>It took its runner down too often: it ends <c>failed</c>, <c>poisoned</c>.</summary>
    /// <param name="Evidence">What happened, with the command for a person who has mended it.</param>
    public sealed record Park(string Evidence) : RecoveryDecision;

    /// <param name="Budget">The limits for what is to come; null leaves them.</param>
    /// <param name="State">With how the next attempt goes on.</param>
    /// <param name="Why">What it waits for, in words for a person.</param>
    public sealed record Again(TimeSpan Delay, Budget? Budget, RecoveryState State, string Why) : RecoveryDecision
    {
        public WaitKind Wait { get; init; } = WaitKind.NextAttempt;
    }
}
