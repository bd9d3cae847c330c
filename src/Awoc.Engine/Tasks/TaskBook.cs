using System.Collections.Immutable;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Tasks;

/// <summary>
/// The one way to change a task: read, decide, compare and set, and decide anew when somebody else was first. What was
/// committed is told to the feed.
/// </summary>
/// <param name="succession">Says what follows a task that ends; null for nothing.</param>
public sealed class TaskBook(ITaskStore store, EventFeed feed, TimeProvider time, ISuccession? succession = null)
{
    private ImmutableArray<ITaskObserver> _observers = [];

    public ITaskStore Store { get; } = store;

    /// <summary>Tells somebody of every change from now on.</summary>
    public void Watch(ITaskObserver observer) => ImmutableInterlocked.Update(ref _observers, static (all, one) => all.Add(one), observer);

    /// <summary>Stores new tasks, all or none.</summary>
    /// <inheritdoc cref="ITaskStore.LaunchAsync"/>
    public async Task<LaunchResult> LaunchAsync(
        IReadOnlyList<Decision.Accepted> launches, string? idempotencyKey, string? requestSha, CancellationToken cancellation)
    {
        var result = await Store.LaunchAsync(launches, idempotencyKey, requestSha, cancellation);
        if (result is LaunchResult.Stored) Tell(launches);
        return result;
    }

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
            case Decision.Accepted decided:
                var (accepted, next) = Followed(task, decided);
                switch (await Store.CommitAsync(new TaskCommit(task.Version, fence, accepted, leaseFor, next), cancellation))
                {
                    case CommitResult.Applied:
                        if (next is not null) succession!.Stored(accepted.Next, next.Next);
                        Tell(next is null ? [accepted] : [accepted, next]);
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

    /// <summary>The decision with what follows from it: a task that recurs ends together with the launch of its next one.</summary>
    private (Decision.Accepted Decision, Decision.Accepted? Next) Followed(AgentTask task, Decision.Accepted decided)
    {
        if (succession?.NextOf(task, decided.Next) is not { } next) return (decided, null);
        return TaskLifecycle.Decide(decided.Next, new TaskCommand.NoteSuccessor(next.Next.Id), time.GetUtcNow()) is Decision.Accepted noted
            ? (new Decision.Accepted([.. decided.Events, .. noted.Events], noted.Next), next)
            : (decided, null);
    }

    private void Tell(IReadOnlyList<Decision.Accepted> decisions)
    {
        foreach (var decision in decisions)
        {
            foreach (var observer in _observers) observer.Changed(decision.Next);
        }

        feed.Pulse();
    }
}

/// <summary>Somebody who keeps account of tasks in memory.</summary>
public interface ITaskObserver
{
    /// <summary>
    /// A change was stored. Changes of one task may be told out of their order: <see cref="AgentTask.Version"/> says which is
    /// the later. On the thread of whoever made the change: it must return at once and never throw.
    /// </summary>
    void Changed(AgentTask task);
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
