using System.Collections.Concurrent;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Tasks;

/// <summary>A person's word that tasks are to end: what waits ends at once, what runs by its ladder.</summary>
public sealed class Cancellation : ITaskObserver
{
    /// <summary>On their way to the store at one time: they share its transactions.</summary>
    private const int Together = 512;

    private const string By = "the user";

    private static readonly TaskState[] s_live = [TaskState.Scheduled, TaskState.Queued, TaskState.Running, TaskState.AwaitingInput];

    private readonly EnginePorts _ports;
    private readonly Dispatcher _dispatcher;

    /// <summary>Canceled with their group and still to end, each the last of its series: the next is launched with its end.</summary>
    private readonly ConcurrentDictionary<TaskId, bool> _last = new();

    public Cancellation(EnginePorts ports, Dispatcher dispatcher)
    {
        (_ports, _dispatcher) = (ports, dispatcher);
        ports.Book.Watch(this);
    }

    /// <inheritdoc/>
    public void Changed(AgentTask task)
    {
        if (task.State != TaskState.Ended || !_last.TryRemove(task.Id, out _) || task.Successor is not { } next) return;
        _ = Task.Run(EndSeriesAsync);

        async Task EndSeriesAsync()
        {
            try
            {
                await CancelAsync(next, CancellationToken.None);
            }
            catch (Exception broken) when (broken is StoreException or ObjectDisposedException)
            {
                // It is to be seen in every listing, and waits for its time.
                _ports.Files.Note(next, $"could not be canceled with its group: {broken.Message}");
            }
        }
    }

    public async Task<BookEntry> CancelAsync(TaskId id, CancellationToken cancellation)
    {
        var entry = await _ports.Book.ApplyAsync(id, new TaskCommand.Cancel(By), cancellation);
        if (entry is not BookEntry.Applied(var now)) return entry;
        if (now.State == TaskState.Ended)
        {
            _ports.Vault.Forget(now.Id);
            _ports.Files.Update(now);
        }
        else
        {
            _dispatcher.End(now.Id, EndCause.Cancel);
        }

        return entry;
    }

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
            var live = (await _ports.Book.Store.ListAsync(new TaskQuery(s_live, [], int.MaxValue, Group: group), cancellation))
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
            // Noted first: its end may be stored before the answer is here.
            foreach (var task in some.Where(t => t.Spec.Recurs is not null)) _last[task.Id] = true;
            var entries = await Task.WhenAll(some.Select(t => CancelAsync(t.Id, cancellation)));
            foreach (var now in entries.OfType<BookEntry.Applied>().Select(e => e.Task))
            {
                if (now.State == TaskState.Ended) _last.TryRemove(now.Id, out _);

                // One that came to its own end meanwhile was not canceled.
                if (now.State != TaskState.Ended || now.Outcome == TaskOutcome.Canceled) canceled.Add(now);
            }
        }
    }

    /// <summary>Its own end was asked for already, and not that of its series.</summary>
    private bool IsToComeAgain(AgentTask task) => task.Spec.Recurs is not null && !_last.ContainsKey(task.Id);
}
