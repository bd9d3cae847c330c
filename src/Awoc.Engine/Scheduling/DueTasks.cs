using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;

namespace Awoc.Engine.Scheduling;

/// <summary>Puts scheduled tasks into their queues when their time comes.</summary>
public sealed class DueTasks(EnginePorts ports) : ITaskObserver
{
    private const int AtOnce = 1000;

    /// <summary>A clock that is set forward gives no sign.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private DateTimeOffset _earliest = DateTimeOffset.MaxValue;
    private TaskCompletionSource _sooner = New();
    private bool _watching;

    public void Changed(AgentTask task)
    {
        if (task.DueAt is not { } due) return;
        lock (_gate)
        {
            if (due >= _earliest) return;
            _earliest = due;
            _sooner.TrySetResult();
        }
    }

    /// <summary>Once through all that are due, and then until the next one is.</summary>
    public async Task RoundAsync(CancellationToken stop)
    {
        if (!_watching) ports.Book.Watch(this);
        _watching = true;
        Task sooner;
        lock (_gate)
        {
            _earliest = DateTimeOffset.MinValue;
            sooner = (_sooner = New()).Task;
        }

        while (await ports.Book.Store.DueAsync(ports.Time.GetUtcNow(), AtOnce, stop) is { Count: > 0 } due)
        {
            // The store commits them together.
            await Task.WhenAll(due.Select(task => ports.Book.TryApplyAsync(task, new TaskCommand.Enqueue(), stop)));
        }

        lock (_gate) _earliest = DateTimeOffset.MaxValue;

        // Read after the line above: whatever is put off from there on is heard of.
        var next = await ports.Book.Store.NextDueAsync(stop);
        lock (_gate)
        {
            if (next is { } at && at < _earliest) _earliest = at;
            if (_earliest < DateTimeOffset.MaxValue) next = _earliest;
        }

        var wait = next is { } then ? then - ports.Time.GetUtcNow() : s_longest;
        if (wait <= TimeSpan.Zero) return;
        using var round = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(sooner, Task.Delay(wait < s_longest ? wait : s_longest, ports.Time, round.Token));
        await round.CancelAsync();
        stop.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
