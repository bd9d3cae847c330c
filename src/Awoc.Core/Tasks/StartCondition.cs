using System.Collections.Immutable;

namespace Awoc.Core.Tasks;

/// <summary>
/// What a task waits for before it joins its queue: other tasks, then a time. Everything that is said holds together: it
/// starts when all of <see cref="After"/> succeeded, one of <see cref="AfterAny"/> did, all of <see cref="AfterEnded"/> have
/// ended and <see cref="NotBefore"/> is past.
/// </summary>
public sealed record StartCondition
{
    /// <summary>Each must have succeeded.</summary>
    public ImmutableArray<TaskId> After { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>One must have succeeded.</summary>
    public ImmutableArray<TaskId> AfterAny { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Each must have ended, however.</summary>
    public ImmutableArray<TaskId> AfterEnded { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>What becomes of the task when <see cref="After"/> or <see cref="AfterAny"/> cannot hold any more.</summary>
    public OnUnmet OnUnmet { get; init; }

    /// <summary>The earliest time of its start; null for none.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>A workflow's <c>when</c>, asked once the tasks it waits for have ended: where it does not hold, the task is skipped. Null for always.</summary>
    public string? When { get; init; }

    /// <summary>All tasks that it waits for, each once.</summary>
    public IEnumerable<TaskId> Tasks => After.Concat(AfterAny).Concat(AfterEnded).Distinct();

    /// <summary>There is more than a time to it: whether the task starts at all is to be decided.</summary>
    public bool Decides => After.Length + AfterAny.Length + AfterEnded.Length > 0 || When is not null;

    /// <summary>Records compare arrays by identity.</summary>
    public bool Equals(StartCondition? other) =>
        other is not null && After.SequenceEqual(other.After) && AfterAny.SequenceEqual(other.AfterAny) && AfterEnded.SequenceEqual(other.AfterEnded)
        && OnUnmet == other.OnUnmet && NotBefore == other.NotBefore && When == other.When;

    public override int GetHashCode() => HashCode.Combine(After.Length, AfterAny.Length, AfterEnded.Length, OnUnmet, NotBefore, When);
}

/// <summary>What becomes of a task that waits for one that did not succeed.</summary>
public enum OnUnmet
{
    /// <summary>It ends <c>failed</c>, <c>dependency_failed</c>.</summary>
    Fail,

    /// <summary>It ends <c>canceled</c>, <c>skipped</c>: nobody has to be told.</summary>
    Skip,

    /// <summary>It starts all the same.</summary>
    Run,
}

/// <summary>A task that comes again.</summary>
/// <param name="Cron">Five fields, or six with seconds first.</param>
/// <param name="Zone">The time zone in which they are read: an IANA name.</param>
public sealed record Recurrence(string Cron, string Zone)
{
    /// <summary>The occurrence before; null for the first.</summary>
    public TaskId? Previous { get; init; }

    /// <summary>SHA-256 of what earlier occurrences put at its OUTPUT: it is replaced where it still is that. Null for nothing.</summary>
    public string? Replaces { get; init; }
}

/// <summary>A task's place in a workflow.</summary>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Run">Of this run: the group of its tasks.</param>
/// <param name="Step">The task's key in the file.</param>
/// <param name="InputsSha">SHA-256 over all that its result depends on: a finished step with the same one need not run again.</param>
public sealed record WorkflowStep(string Workflow, string Run, string Step, string InputsSha)
{
    /// <summary>SHA-256 of what an earlier run of the step put at its OUTPUT: it is replaced where it still is that. Null for nothing.</summary>
    public string? Replaces { get; init; }
}
