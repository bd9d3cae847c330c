using System.Diagnostics;
using Awoc.Core.Budgets;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;

namespace Awoc.Core.Lifecycle;

/// <summary>
/// The one transition table. <see cref="Decide"/> turns a command into events, <see cref="Apply"/> an event into the next
/// state; both are pure, so that the log replays to the state that is stored.
/// </summary>
public static class TaskLifecycle
{
    /// <summary>A new task: scheduled while it waits for what <see cref="TaskSpec.Start"/> says, else queued.</summary>
    public static Decision.Accepted Launch(TaskId id, TaskSpec spec, DateTimeOffset at)
    {
        at = Stored(at);
        TaskEvent launched = new TaskEvent.Launched(id, spec) { At = at };
        var next = Begin(spec, spec.Start?.NotBefore, at);
        return new Decision.Accepted([launched, next], Apply(Apply(null, launched), next));
    }

    /// <summary>Where a task that was launched or reopened begins: with the tasks it waits for, with a time, or in its queue.</summary>
    private static TaskEvent Begin(TaskSpec spec, DateTimeOffset? dueAt, DateTimeOffset at) => spec.Start?.Decides == true
        ? new TaskEvent.Scheduled(null, WaitTexts.For(spec.Start)) { At = at, Wait = WaitKind.Dependency }
        : dueAt is { } due && due > at
            ? new TaskEvent.Scheduled(Stored(due), null) { At = at, Wait = WaitKind.Time }
            : new TaskEvent.Queued { At = at };

    public static Decision Decide(AgentTask task, TaskCommand command, DateTimeOffset at) => DecideAt(task, command, Stored(at));

    private static Decision DecideAt(AgentTask task, TaskCommand command, DateTimeOffset at) => (task.State, command) switch
    {
        (TaskState.Ended, TaskCommand.Reopen c) => Accept(task,
        [
            new TaskEvent.Reopened(c.By) { At = at, Next = c.Next },
            .. Changed(c.Budget, c.By, at),
            Begin(task.Spec, c.DueAt, at),
        ]),
        (_, TaskCommand.Reopen) => Reject(task, "retried", "it has not ended"),
        (TaskState.Ended, TaskCommand.UseResult c) when task.Result != TaskResult.None =>
            Accept(task, new TaskEvent.ResultUsed(c.By, c.Path) { At = at }),
        (_, TaskCommand.UseResult) => Reject(task, Verb(command), task.State == TaskState.Ended ? "it left nothing" : "it has not ended"),
        (TaskState.Ended, TaskCommand.NoteVerified c) => Accept(task, new TaskEvent.Verified(c.By, c.Verification, c.Findings) { At = at }),
        (_, TaskCommand.NoteVerified) => Reject(task, Verb(command), "it has not ended"),
        (_, TaskCommand.NoteIntegrated c) when task.Result != TaskResult.None => Accept(
            task,
            // What was left out of the target for a conflict is still to be read.
            task is { State: TaskState.Ended, ReadAt: null } && c.Record.Quality.Conflicts == 0
                ? [new TaskEvent.Integrated(c.By, c.Record) { At = at }, new TaskEvent.Acknowledged(c.By) { At = at }]
                : [new TaskEvent.Integrated(c.By, c.Record) { At = at }]),
        (_, TaskCommand.NoteIntegrated) => Reject(task, Verb(command), "it has no result"),
        (TaskState.Ended, TaskCommand.NoteUnintegrated c) => Accept(task, new TaskEvent.IntegrationFailed(c.Why) { At = at }),
        (_, TaskCommand.NoteUnintegrated) => Reject(task, Verb(command), "it has not ended"),
        (_, TaskCommand.NoteUndone c) => Accept(task, new TaskEvent.IntegrationUndone(c.By, c.Number) { At = at }),
        (TaskState.Ended, TaskCommand.Acknowledge) when task.ReadAt is not null => Accept(task),
        (TaskState.Ended, TaskCommand.Acknowledge c) => Accept(task, new TaskEvent.Acknowledged(c.By) { At = at }),
        (_, TaskCommand.Acknowledge) => Reject(task, Verb(command), "it has not ended"),
        (TaskState.Ended, TaskCommand.NoteSuccessor c) when task.Successor is null => Accept(task, new TaskEvent.Recurred(c.Next) { At = at }),
        (_, TaskCommand.NoteSuccessor) => Reject(task, Verb(command), task.Successor is null ? "it has not ended" : "its next one is launched"),
        (TaskState.Ended, TaskCommand.Cancel) => Accept(task),
        (TaskState.Ended, _) => Reject(task, Verb(command), $"it ended {task.Outcome.Text()}"),

        (TaskState.Scheduled, TaskCommand.Enqueue) => Accept(task, new TaskEvent.Queued { At = at }),
        (TaskState.AwaitingInput, TaskCommand.Enqueue) when !task.InAttempt => Accept(task, new TaskEvent.Queued { At = at }),
        (TaskState.Queued, TaskCommand.Enqueue) => Accept(task),

        (TaskState.Queued or TaskState.Scheduled, TaskCommand.Postpone c) =>
            Accept(task, new TaskEvent.Scheduled(c.DueAt is { } due ? Stored(due) : null, c.WaitsFor) { At = at, Wait = c.Kind }),
        (_, TaskCommand.Skip c) when !task.InAttempt => Accept(
            task,
            new TaskEvent.Ended(new TaskEnding { Outcome = TaskOutcome.Canceled, Reason = EndReason.Skipped, Detail = c.Why, Result = task.Result, ResultPath = task.ResultPath }) { At = at }),
        (_, TaskCommand.Refuse c) when !task.InAttempt => Accept(
            task,
            new TaskEvent.Ended(new TaskEnding { Outcome = TaskOutcome.Failed, Reason = c.Reason, Detail = c.Detail, Result = task.Result, ResultPath = task.ResultPath }) { At = at }),

        (TaskState.Queued, TaskCommand.Dispatch c) =>
            Accept(task, new TaskEvent.AttemptStarted(task.Attempt + 1, task.Fence + 1, c.Node) { At = at }),
        (TaskState.Running, TaskCommand.Adopt c) =>
            Accept(task, new TaskEvent.AttemptAdopted(task.Attempt, task.Fence + 1, c.Node) { At = at }),
        (TaskState.AwaitingInput, TaskCommand.Adopt c) when task.InAttempt =>
            Accept(task, new TaskEvent.AttemptAdopted(task.Attempt, task.Fence + 1, c.Node) { At = at }),

        (_, TaskCommand.Cancel c) when !task.InAttempt => Accept(task, Canceled(task, c, at), EndedWaiting(task, c, at)),
        (_, TaskCommand.Cancel c) when task.CancelRequested && (task.SeriesCanceled || !EndsSeries(task, c)) => Accept(task),
        (_, TaskCommand.Cancel c) => Accept(task, Canceled(task, c, at)),

        (TaskState.Queued or TaskState.Running, TaskCommand.AskInput c) =>
            Accept(task, new TaskEvent.InputRequested(c.Question) { At = at }),
        (TaskState.AwaitingInput, TaskCommand.GiveInput c) => Accept(
            task,
            task.InAttempt
                ? [new TaskEvent.InputReceived(c.Answer) { At = at }]
                : [new TaskEvent.InputReceived(c.Answer) { At = at }, new TaskEvent.Queued { At = at }]),

        (_, TaskCommand.LetEnd c) when task.SpentBudget is { } spent => Accept(
            task,
            new TaskEvent.Ended(new TaskEnding
            {
                Outcome = spent == EndReason.Deadline ? TaskOutcome.TimedOut : TaskOutcome.BudgetExhausted,
                Reason = spent,
                Detail = $"{task.Recovery.Next!.Why}; {c.By} let it end",
                Result = task.Result,
                ResultPath = task.ResultPath,
                Delivered = task.ResultPath is not null && task.ResultPath == task.Spec.Output,
            })
            { At = at }),

        (_, TaskCommand.ReportLimit c) when task.InAttempt =>
            Accept(task, new TaskEvent.LimitReached(c.Limit, c.Used, c.Max) { At = at }),

        (_, TaskCommand.Land c) when task.InAttempt =>
            Accept(task, new TaskEvent.Landing(c.Step, c.Limit, c.Used, c.Max) { At = at }),
        (_, TaskCommand.NoteMend c) when task.InAttempt => Accept(task, new TaskEvent.MendRequested(task.Attempt, c.Findings) { At = at }),
        (_, TaskCommand.ChangeBudget c) => Accept(task, new TaskEvent.BudgetChanged(c.Budget, c.By) { At = at }),

        (_, TaskCommand.Finish or TaskCommand.Defer or TaskCommand.Pause) when !task.InAttempt => Reject(task, Verb(command), "no attempt is under way"),
        (_, TaskCommand.Finish c) when c.Fence == task.Fence => Accept(
            task,
            new TaskEvent.AttemptEnded(task.Attempt, c.Ending.Outcome, c.Ending.Reason, c.Usage, c.RunMs) { At = at, Detail = c.Ending.Detail },
            new TaskEvent.Ended(c.Ending) { At = at }),

        // Somebody wants it to end: there is no next attempt.
        (_, TaskCommand.Defer c) when c.Fence == task.Fence && task.CancelRequested => Accept(
            task,
            AttemptEnded(task, c, at),
            Canceled("canceled before its next attempt", c.Result ?? task.Result, c.ResultPath ?? task.ResultPath, at)),
        (_, TaskCommand.Defer c) when c.Fence == task.Fence => Accept(task,
        [
            AttemptEnded(task, c, at),
            .. Changed(c.Budget, "recovery", at),
            new TaskEvent.Scheduled(Stored(c.DueAt), c.WaitsFor) { At = at, Recovery = c.Recovery, Wait = c.Wait },
        ]),

        (_, TaskCommand.Pause c) when c.Fence == task.Fence && task.CancelRequested => Accept(
            task,
            AttemptEnded(task, c, at),
            Canceled("canceled when its budget was spent", c.Result ?? task.Result, c.ResultPath ?? task.ResultPath, at)),
        (_, TaskCommand.Pause c) when c.Fence == task.Fence => Accept(
            task,
            AttemptEnded(task, c, at),
            new TaskEvent.InputRequested(c.Question) { At = at, Recovery = c.Recovery }),
        (_, TaskCommand.Finish or TaskCommand.Defer or TaskCommand.Pause) =>
            Reject(task, Verb(command), "another daemon has taken the attempt over"),

        _ => Reject(task, Verb(command), $"it is {task.State.Text()}"),
    };

    public static AgentTask Apply(AgentTask? task, TaskEvent e)
    {
        if (e is TaskEvent.Launched launched)
        {
            if (task is not null) throw new InvalidOperationException($"task {task.Id} was launched already");
            return new AgentTask { Id = launched.Id, Version = 1, Spec = launched.Spec, State = TaskState.Scheduled, CreatedAt = launched.At };
        }

        if (task is null) throw new InvalidOperationException($"the log begins with {e.GetType().Name}, not with the launch");
        var next = task with { Version = task.Version + 1 };
        return e switch
        {
            TaskEvent.Scheduled s => next with
            {
                State = TaskState.Scheduled,
                DueAt = s.DueAt,
                WaitsFor = s.WaitsFor,
                WaitKind = s.Wait,
                Recovery = s.Recovery ?? task.Recovery,
            },
            TaskEvent.Queued => next with
            {
                State = TaskState.Queued,
                DueAt = null,
                WaitsFor = null,
                WaitKind = null,
                QueuedAt = task is { WaitKind: { } kind, QueuedAt: { } before } && kind.KeepsPlace() ? before : e.At,
                Recovery = Unasked(task.Recovery),
            },
            TaskEvent.AttemptStarted a => next with
            {
                State = TaskState.Running,
                InAttempt = true,
                Attempt = a.Attempt,
                Fence = a.Fence,
                StartedAt = task.StartedAt ?? e.At,
            },
            TaskEvent.AttemptAdopted a => next with { Fence = a.Fence },
            TaskEvent.CancelRequested c => next with { CancelRequested = true, SeriesCanceled = task.SeriesCanceled || c.Series },
            TaskEvent.InputRequested i => next with { State = TaskState.AwaitingInput, WaitsFor = i.Question, Recovery = i.Recovery ?? task.Recovery },
            TaskEvent.InputReceived => next with
            {
                State = task.InAttempt ? TaskState.Running : TaskState.Scheduled,
                WaitsFor = null,
                Recovery = Unasked(task.Recovery),
            },
            TaskEvent.LimitReached or TaskEvent.Landing or TaskEvent.MendRequested => next,
            TaskEvent.Integrated or TaskEvent.IntegrationUndone => next,
            TaskEvent.Recurred r => next with { Successor = r.Next },
            TaskEvent.Verified v => next with { Verification = v.Verification },
            TaskEvent.Acknowledged => next with { ReadAt = e.At },
            TaskEvent.BudgetChanged b => next with { Budget = b.Budget == task.Spec.Budget ? null! : b.Budget },
            TaskEvent.AttemptEnded a => next with
            {
                InAttempt = false,
                Usage = task.Usage + a.Usage,
                RunMs = task.RunMs + a.RunMs,
                Recovery = task.Recovery with { Next = null },
                Result = a.Result ?? task.Result,
                ResultPath = a.ResultPath ?? task.ResultPath,
                Delivered = a.ResultPath is null ? task.Delivered : a.ResultPath == task.Spec.Output,
            },
            TaskEvent.Ended { Ending: var end } => next with
            {
                State = TaskState.Ended,
                Outcome = end.Outcome,
                Reason = end.Reason,
                Detail = end.Detail,
                Result = end.Result,
                Verification = end.Verification,
                ResultPath = end.ResultPath,
                Delivered = end.Delivered,
                Summary = end.Summary,
                CancelRequested = false,
                WaitsFor = null,
                WaitKind = null,
                DueAt = null,
                EndedAt = e.At,

                // Whoever canceled it knows.
                ReadAt = end is { Outcome: TaskOutcome.Canceled, Result: TaskResult.None } ? e.At : null,
            },
            TaskEvent.IntegrationFailed f => next with { Detail = f.Why },

            // Whoever takes it has seen it.
            TaskEvent.ResultUsed u => next with { Delivered = u.Path == task.Spec.Output, ResultPath = u.Path, ReadAt = task.ReadAt ?? e.At },
            TaskEvent.Reopened r => next with
            {
                State = TaskState.Scheduled,
                Outcome = null,
                Reason = null,
                Detail = null,
                Verification = Verification.NotChecked,
                SeriesCanceled = false,
                EndedAt = null,
                ReadAt = null,

                // A person's word begins the counts anew.
                Recovery = RecoveryState.None with { Next = r.Next },
            },
            _ => throw new UnreachableException(),
        };
    }

    public static AgentTask Replay(IEnumerable<TaskEvent> log) =>
        log.Aggregate((AgentTask?)null, Apply) ?? throw new InvalidOperationException("the log is empty");

    private static RecoveryState Unasked(RecoveryState recovery) =>
        recovery.Next is { Spent: not null } asked ? recovery with { Next = asked with { Spent = null } } : recovery;

    private static Decision.Accepted Accept(AgentTask task, params ReadOnlySpan<TaskEvent> events)
    {
        var next = task;
        foreach (var e in events) next = Apply(next, e);
        return new Decision.Accepted(events.ToArray(), next);
    }

    private static Decision.Rejected Reject(AgentTask task, string verb, string because) =>
        new($"task {task.Id.Handle} cannot be {verb}: {because}");

    private static TaskEvent.AttemptEnded AttemptEnded(AgentTask task, TaskCommand.Defer c, DateTimeOffset at) =>
        new(task.Attempt, c.Outcome, c.Reason, c.Usage, c.RunMs) { At = at, Detail = c.Detail, Result = c.Result, ResultPath = c.ResultPath };

    private static TaskEvent.AttemptEnded AttemptEnded(AgentTask task, TaskCommand.Pause c, DateTimeOffset at) =>
        new(task.Attempt, c.Outcome, c.Reason, c.Usage, c.RunMs) { At = at, Detail = c.Detail, Result = c.Result, ResultPath = c.ResultPath };

    private static IEnumerable<TaskEvent> Changed(Budget? budget, string by, DateTimeOffset at) =>
        budget is null ? [] : [new TaskEvent.BudgetChanged(budget, by) { At = at }];

    private static TaskEvent.CancelRequested Canceled(AgentTask task, TaskCommand.Cancel command, DateTimeOffset at) =>
        new(command.By) { At = at, Series = EndsSeries(task, command) };

    private static bool EndsSeries(AgentTask task, TaskCommand.Cancel command) => command.Series && task.Spec.Recurs is not null;

    private static TaskEvent.Ended EndedWaiting(AgentTask task, TaskCommand.Cancel command, DateTimeOffset at) =>
        Canceled($"canceled by {command.By} while it waited", task.Result, task.ResultPath, at);

    /// <summary>What earlier attempts left stays readable.</summary>
    private static TaskEvent.Ended Canceled(string detail, TaskResult left, string? path, DateTimeOffset at) => new(new TaskEnding
    {
        Outcome = TaskOutcome.Canceled,
        Reason = EndReason.User,
        Detail = detail,
        Result = left,
        ResultPath = path,
    })
    { At = at };

    /// <summary>Whole microseconds, which is what a store keeps: the state it gives back is the one that was decided.</summary>
    private static DateTimeOffset Stored(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    private static string Verb(TaskCommand command) => command switch
    {
        TaskCommand.Enqueue => "queued",
        TaskCommand.Postpone => "put off",
        TaskCommand.Refuse => "refused",
        TaskCommand.Skip => "skipped",
        TaskCommand.NoteSuccessor => "followed by its next one",
        TaskCommand.Dispatch => "started",
        TaskCommand.Adopt => "adopted",
        TaskCommand.Cancel => "canceled",
        TaskCommand.AskInput or TaskCommand.GiveInput => "answered",
        TaskCommand.ReportLimit or TaskCommand.Land => "limited",
        TaskCommand.ChangeBudget => "given another budget",
        TaskCommand.Finish => "ended",
        TaskCommand.Defer => "deferred",
        TaskCommand.Pause => "paused",
        TaskCommand.LetEnd => "let end",
        TaskCommand.Reopen => "retried",
        TaskCommand.UseResult => "recovered as it is",
        TaskCommand.NoteMend => "mended",
        TaskCommand.NoteVerified => "checked",
        TaskCommand.NoteIntegrated or TaskCommand.NoteUnintegrated or TaskCommand.NoteUndone => "integrated",
        TaskCommand.Acknowledge => "acknowledged",
        _ => throw new UnreachableException(),
    };
}
