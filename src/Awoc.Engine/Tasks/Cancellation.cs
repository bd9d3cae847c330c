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

    private static readonly TaskState[] s_waiting = [TaskState.Scheduled, TaskState.Queued];
    private static readonly TaskState[] s_working = [TaskState.Running, TaskState.AwaitingInput];

    public async Task<BookEntry> CancelAsync(TaskId id, CancellationToken cancellation)
    {
        var entry = await ports.Book.ApplyAsync(id, new TaskCommand.Cancel(By), cancellation);
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

    /// <summary>All live tasks of a group as they stand then; those first that wait, so that none of them starts or fails for the end of another.</summary>
    public async Task<IReadOnlyList<AgentTask>> CancelGroupAsync(string group, CancellationToken cancellation)
    {
        List<AgentTask> canceled = [];
        foreach (var states in (TaskState[][])[s_waiting, s_working])
        {
            // The last in a chain first.
            foreach (var some in (await ports.Book.Store.ListAsync(new TaskQuery(states, [], int.MaxValue, Group: group), cancellation)).Chunk(Together))
            {
                var entries = await Task.WhenAll(some.Select(t => CancelAsync(t.Id, cancellation)));
                canceled.AddRange(entries.OfType<BookEntry.Applied>().Select(e => e.Task));
            }
        }

        return canceled;
    }
}
