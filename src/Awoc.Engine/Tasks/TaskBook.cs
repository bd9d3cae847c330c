using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Tasks;

/// <summary>
/// The one way to change a task: read, decide, compare and set, and decide anew when somebody else was first. What was
/// committed is told to the feed.
/// </summary>
public sealed class TaskBook(ITaskStore store, EventFeed feed, TimeProvider time)
{
    public ITaskStore Store { get; } = store;

    /// <param name="fence">The writer's lease token, where it works an attempt.</param>
    public async Task<BookEntry> ApplyAsync(
        TaskId id, TaskCommand command, CancellationToken cancellation, long? fence = null, TimeSpan? leaseFor = null)
    {
        while (true)
        {
            var task = await Store.FindAsync(id, cancellation);
            if (task is null) return new BookEntry.Unknown();
            var entry = await TryApplyAsync(task, command, cancellation, fence, leaseFor);
            if (entry is not BookEntry.Raced) return entry;
        }
    }

    /// <summary>One try on a state just read: <see cref="BookEntry.Raced"/> when it was no longer the current one.</summary>
    public async Task<BookEntry> TryApplyAsync(
        AgentTask task, TaskCommand command, CancellationToken cancellation, long? fence = null, TimeSpan? leaseFor = null)
    {
        switch (TaskLifecycle.Decide(task, command, time.GetUtcNow()))
        {
            case Decision.Rejected rejected:
                return new BookEntry.Refused(rejected.Why, task);
            case Decision.Accepted { Events.Count: 0 }:
                return new BookEntry.Applied(task);
            case Decision.Accepted accepted:
                switch (await Store.CommitAsync(new TaskCommit(task.Version, fence, accepted, leaseFor), cancellation))
                {
                    case CommitResult.Applied:
                        feed.Pulse();
                        return new BookEntry.Applied(accepted.Next);
                    case CommitResult.NotFound:
                        return new BookEntry.Unknown();
                    case CommitResult.Conflict:
                        return new BookEntry.Raced();
                    case CommitResult.OutputTaken:
                        return new BookEntry.Refused($"task {task.Id.Handle} cannot go on: another live task is going to write {task.Spec.Output}", task);
                }

                break;
        }

        throw new System.Diagnostics.UnreachableException();
    }
}

public abstract record BookEntry
{
    private BookEntry()
    {
    }

    /// <summary>It is stored (or held already).</summary>
    public sealed record Applied(AgentTask Task) : BookEntry;

    public sealed record Refused(string Why, AgentTask Task) : BookEntry;

    public sealed record Raced : BookEntry;

    public sealed record Unknown : BookEntry;
}
