using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Core.Alerts;

/// <summary>Something that needs a person.</summary>
/// <param name="Id">The sequence number of the event it was made of: the same however often and wherever it is told.</param>
/// <param name="Remedies">Commands that go on from here, the likeliest first.</param>
public sealed record Alert(long Id, TaskId Task, AlertKind Kind, DateTimeOffset At, string Text, IReadOnlyList<string> Remedies)
{
    /// <summary>The alert that an event raises; null for one that needs nobody.</summary>
    /// <param name="task">The task as it is by now.</param>
    public static Alert? Of(StoredEvent e, AgentTask task)
    {
        var subject = $"{task.Spec.Type} {task.Id.Handle}";
        return e.Event switch
        {
            TaskEvent.InputRequested asked => new Alert(e.Seq, e.Task, AlertKind.NeedsInput, asked.At, $"{subject} waits: {Remedy.Fact(asked.Question)}", Remedy.OfWaiting(task)),
            TaskEvent.Ended { Ending: { Outcome: not (TaskOutcome.Succeeded or TaskOutcome.Canceled) } end } ended => new Alert(
                e.Seq, e.Task, AlertKind.Failed, ended.At, $"{subject} ended {end.Outcome.Text()}{Because(end)}", Remedy.OfEnded(task, end)),
            TaskEvent.IntegrationFailed failed => new Alert(
                e.Seq, e.Task, AlertKind.NotIntegrated, failed.At, $"{subject}: {Remedy.Fact(failed.Why)}", Remedy.OfUnintegrated(task)),
            _ => null,
        };
    }

    private static string Because(TaskEnding end) => (end.Reason, end.Detail) switch
    {
        (_, { } detail) => $": {Remedy.Fact(detail)}",
        ({ } reason, null) => $": {reason.Text()}",
        _ => "",
    };
}

public enum AlertKind
{
    /// <summary>The task waits for an answer, a credential or a budget.</summary>
    NeedsInput,

    /// <summary>The task ended otherwise than it was to.</summary>
    Failed,

    /// <summary>The task succeeded, but its result could not be integrated as it was launched to be.</summary>
    NotIntegrated,
}
