using System.Globalization;
using Awoc.Core.Alerts;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Alerts;

/// <summary>
/// What needs a person now. Nothing is kept twice: an alert is an event of the log, it is open while its task still stands
/// where that event left it, and putting it away is a mark.
/// </summary>
public sealed class AlertBook(ITaskStore store)
{
    private static readonly IReadOnlyList<TaskOutcome> s_unwanted =
        [TaskOutcome.Failed, TaskOutcome.TimedOut, TaskOutcome.BudgetExhausted, TaskOutcome.Lost];

    /// <summary>Newest first.</summary>
    /// <param name="limit">At most so many of tasks that wait, and as many of tasks that ended.</param>
    /// <param name="all">Those that were put away too.</param>
    public async Task<IReadOnlyList<(Alert Alert, AgentTask Task, bool Dismissed)>> ListAsync(int limit, bool all, CancellationToken cancellation)
    {
        var waiting = await store.ListAsync(new TaskQuery([TaskState.AwaitingInput], [], limit), cancellation);
        var ended = await store.ListAsync(new TaskQuery([], s_unwanted, limit), cancellation);
        var unread = (await store.UnreadAsync(limit, cancellation)).Where(IsUnintegrated);
        List<(Alert Alert, AgentTask Task, bool Dismissed)> alerts = [];
        foreach (var task in waiting.Concat(ended).Concat(unread))
        {
            if (await OfAsync(task, cancellation) is not { } alert) continue;
            var dismissed = await IsDismissedAsync(alert, cancellation);
            if (all || !dismissed) alerts.Add((alert, task, dismissed));
        }

        return [.. alerts.OrderByDescending(a => a.Alert.Id)];
    }

    /// <summary>Whether the task stands where an alert left it.</summary>
    public static bool NeedsPerson(AgentTask task) =>
        task.State == TaskState.AwaitingInput || (task.Outcome is { } outcome && s_unwanted.Contains(outcome)) || IsUnintegrated(task);

    /// <summary>It may have succeeded without having been integrated; its events tell.</summary>
    private static bool IsUnintegrated(AgentTask task) => task is { Outcome: TaskOutcome.Succeeded, ReadAt: null, Spec.Integrate: not null };

    /// <summary>The last alert of a task; null when it needs nobody.</summary>
    public async Task<Alert?> OfAsync(AgentTask task, CancellationToken cancellation)
    {
        const int Batch = 500;
        Alert? last = null;
        var after = 0L;
        while (true)
        {
            var events = await store.EventsAsync(after, Batch, task.Id, cancellation);
            // Whoever takes the partial result as it is has dealt with the failure.
            foreach (var e in events) last = e.Event is TaskEvent.ResultUsed ? null : Alert.Of(e, task) ?? last;
            if (events.Count < Batch) return last;
            after = events[^1].Seq;
        }
    }

    /// <summary>Puts an alert away. It comes back only as another event: the task was retried and failed anew.</summary>
    public Task DismissAsync(Alert alert, CancellationToken cancellation) =>
        store.SetMarkAsync(Mark(alert), alert.Id.ToString(CultureInfo.InvariantCulture), cancellation);

    private async Task<bool> IsDismissedAsync(Alert alert, CancellationToken cancellation) =>
        await store.MarkAsync(Mark(alert), cancellation) is { } mark && long.Parse(mark, CultureInfo.InvariantCulture) >= alert.Id;

    private static string Mark(Alert alert) => $"alert.dismissed:{alert.Task.Value}";
}
