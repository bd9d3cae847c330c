using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Tasks;

/// <summary>A person's word that tasks are to end: what waits ends at once, what runs by its ladder.</summary>
public sealed class Cancellation(EnginePorts ports, Dispatcher dispatcher)
{
    /// <summary>On their way to the store at one time: they share its transactions.</summary>
    private const int Together = 512;

    private const string By = "the user";

    private static readonly TaskState[] s_live = [TaskState.Scheduled, TaskState.Queued, TaskState.Running, TaskState.AwaitingInput];

    public Task<BookEntry> CancelAsync(TaskId id, CancellationToken cancellation) => CancelAsync(id, new TaskCommand.Cancel(By), cancellation);

    /// <summary>
    /// All live tasks of a group as they stand then; those first that wait, so that none of them starts or fails for the end of another.
    /// Until one look at all of them finds none: what is launched meanwhile is canceled too. What recurs comes no more.
    /// </summary>
    public async Task<IReadOnlyList<AgentTask>> CancelGroupAsync(string group, CancellationToken cancellation)
    {
        List<AgentTask> canceled = [];
        while (true)
        {
            // One look at all states: one that goes from running to waiting between two would be in neither.
            var live = (await ports.Book.Store.ListAsync(new TaskQuery(s_live, [], int.MaxValue, Group: group), cancellation))
                .Where(t => !t.CancelRequested || IsToComeAgain(t)).ToLookup(t => t.State is TaskState.Scheduled or TaskState.Queued);
            if (live.Count == 0) return canceled;
            foreach (var waits in (bool[])[true, false]) await CancelAllAsync(live[waits], canceled, cancellation);
        }
    }

    /// <param name="live">Newest first: the last in a chain before those that it waits for.</param>
    private async Task CancelAllAsync(IEnumerable<AgentTask> live, List<AgentTask> canceled, CancellationToken cancellation)
    {
        foreach (var some in live.Chunk(Together))
        {
            var entries = await Task.WhenAll(some.Select(t => CancelAsync(t.Id, new TaskCommand.Cancel(By) { Series = true }, cancellation)));

            // One that came to its own end meanwhile was not canceled.
            canceled.AddRange(entries.OfType<BookEntry.Applied>().Select(e => e.Task).Where(t => t.State != TaskState.Ended || t.Outcome == TaskOutcome.Canceled));
        }
    }

    private async Task<BookEntry> CancelAsync(TaskId id, TaskCommand.Cancel command, CancellationToken cancellation)
    {
        var entry = await ports.Book.ApplyAsync(id, command, cancellation);
        if (entry is not BookEntry.Applied(var now)) return entry;
        if (now.State == TaskState.Ended)
        {
            ports.Vault.Forget(now.Id);
            ports.Files.Update(now);
        }
        else
        {
            dispatcher.End(now.Id, EndCause.Cancel);
        }

        return entry;
    }

    /// <summary>Its own end was asked for already, and not that of its series.</summary>
    private static bool IsToComeAgain(AgentTask task) => task is { Spec.Recurs: not null, SeriesCanceled: false };
}
