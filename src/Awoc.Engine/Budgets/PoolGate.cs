using System.Collections.Concurrent;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Settings;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;

namespace Awoc.Engine.Budgets;

/// <summary>
/// Lets tasks through to their start as far as the shared budgets have room. One that does not fit leaves its queue, so
/// that those behind it that do fit go on; it comes back when there is room. Nothing is promised yet to a large one that
/// small ones overtake again and again.
/// </summary>
public sealed class PoolGate(EnginePorts ports) : ITaskObserver
{
    private readonly Dictionary<TaskId, AgentTask> _waiting = [];

    /// <summary>Told on anybody's thread, read on the dispatcher's.</summary>
    private readonly ConcurrentQueue<(TaskId Id, long Version)> _ended = new();

    private PoolSettings _settings = PoolSettings.None;
    private long _seen = -1;
    private bool _watching;

    /// <summary>Tasks wait for room: a settings file that was changed by hand gives no sign.</summary>
    public bool HasWaiting => _waiting.Count > 0;

    public void Changed(AgentTask task)
    {
        if (task.State == TaskState.Ended) _ended.Enqueue((task.Id, task.Version));
    }

    /// <summary>Before anything is adopted or started: what the day and the groups have spent.</summary>
    public async Task BeginAsync(CancellationToken stop)
    {
        if (ports.Pools.HasBegun) return;
        // First, so that nothing falls between the two.
        if (!_watching) ports.Book.Watch(this);
        _watching = true;
        foreach (var task in await ports.Book.Store.WaitingAsync(WaitKind.Budget, stop)) _waiting[task.Id] = task;

        ports.Pools.Begin(await ports.Book.Store.SpentAsync(ports.Pools.DayBegan, stop));
    }

    public async Task KeepAsync(AgentTask task, CancellationToken stop)
    {
        await ports.LearnAsync(task.Spec.Group, stop);
        ports.Pools.Keep(task, Settings());
    }

    /// <summary>Puts those back into their queue for which there is room by now.</summary>
    public async Task WakeAsync(CancellationToken stop)
    {
        while (_ended.TryDequeue(out var ended))
        {
            if (_waiting.TryGetValue(ended.Id, out var known) && known.Version < ended.Version) _waiting.Remove(ended.Id);
        }

        if (_waiting.Count == 0) return;
        var before = _settings;
        var (settings, changes) = (Settings(), ports.Pools.Changes);
        if (changes == _seen && ReferenceEquals(settings, before)) return;

        // Until it is done: what breaks off half-way is looked at again.
        _seen = -1;
        foreach (var group in _waiting.Values.Select(t => t.Spec.Group).Distinct()) await ports.LearnAsync(group, stop);
        while (!await TryWakeAsync(stop))
        {
        }

        foreach (var task in _waiting.Values.Where(t => PoolLimit.LaunchedWith(t.Spec) != PoolLimit.None).ToList())
        {
            if (ports.Pools.Ask(task, settings) is not { Final: true }) continue;
            while (!await TryRefuseAsync(task.Id, settings, stop))
            {
            }
        }

        _seen = changes;
    }

    /// <summary>Refuses one for which there is never going to be room, as it is now. False when somebody changed it in this moment.</summary>
    private async Task<bool> TryRefuseAsync(TaskId id, PoolSettings settings, CancellationToken stop)
    {
        if (await ports.Book.Store.FindAsync(id, stop) is not { State: TaskState.Scheduled, WaitKind: WaitKind.Budget } now)
        {
            _waiting.Remove(id);
            return true;
        }

        _waiting[id] = now;
        return ports.Pools.Ask(now, settings) is not { Final: true } shortage || await RefuseAsync(now, shortage, stop);
    }

    /// <summary>False when one of those that would fit waits no longer: the room that was counted for it is another's.</summary>
    private async Task<bool> TryWakeAsync(CancellationToken stop)
    {
        List<AgentTask> fitting = [];
        foreach (var task in ports.Pools.Fitting(_waiting.Values.OrderBy(t => t.QueuedAt ?? t.CreatedAt), _settings))
        {
            // Somebody may have canceled it, or given it another budget.
            var now = await ports.Book.Store.FindAsync(task.Id, stop);
            if (now is { WaitKind: WaitKind.Budget } && now.Budget == task.Budget)
            {
                fitting.Add(now);
                continue;
            }

            _waiting.Remove(task.Id);
            if (now is { WaitKind: WaitKind.Budget }) _waiting[now.Id] = now;
            return false;
        }

        var raced = false;
        foreach (var task in fitting)
        {
            // One that somebody changed in this moment still waits, or is not ours any more: the next round tells.
            if (await ports.Book.TryApplyAsync(task, new TaskCommand.Enqueue(), stop) is BookEntry.Raced) raced = true;
            else _waiting.Remove(task.Id);
        }

        return !raced;
    }

    /// <summary>Whether the task may start: then its budget is held. Else it waits, or has been refused.</summary>
    public async Task<bool> AdmitAsync(AgentTask task, CancellationToken stop)
    {
        _waiting.Remove(task.Id);
        await ports.LearnAsync(task.Spec.Group, stop);
        var settings = Settings();
        if (ports.Pools.TryHold(task, settings) is not { } shortage) return true;
        ports.Files.Note(task, shortage.Text);
        if (settings.OnShort == OnShort.Refuse || shortage.Final)
        {
            await RefuseAsync(task, shortage, stop);
            return false;
        }

        if (await ports.Book.TryApplyAsync(task, new TaskCommand.Postpone(shortage.OpensAt, WaitKind.Budget, shortage.Text), stop) is not BookEntry.Applied(var now)) return false;
        _waiting[now.Id] = now;
        ports.Files.Update(now);
        return false;
    }

    /// <summary>False when somebody was first, and the task is to be looked at again.</summary>
    private async Task<bool> RefuseAsync(AgentTask task, Shortage shortage, CancellationToken stop)
    {
        var command = new TaskCommand.Refuse(shortage.Reason, $"{shortage.Text}; then run it again with 'awoc retry {task.Id.Handle}'");
        var entry = await ports.Book.TryApplyAsync(task, command, stop);
        if (entry is BookEntry.Raced) return false;
        _waiting.Remove(task.Id);
        if (entry is not BookEntry.Applied(var now)) return true;
        ports.Vault.Forget(now.Id);
        ports.Files.Update(now);
        return true;
    }

    /// <summary>What the attempt spent is spent, and the rest of what was held for it is free.</summary>
    public async Task SettleAsync(AgentTask begun, CancellationToken stop)
    {
        var now = await ports.Book.Store.FindAsync(begun.Id, stop);
        ports.Pools.Settle(begun.Id, now is null ? Usage.Zero : Less(now.Usage, begun.Usage));
    }

    /// <summary>It did not start after all.</summary>
    public void Release(AgentTask task) => ports.Pools.Settle(task.Id, Usage.Zero);

    /// <summary>Those in force; while the settings file is wrong, those that were before.</summary>
    private PoolSettings Settings()
    {
        try
        {
            var read = ports.Settings.Read(null).Pools;
            if (!read.IsSameAs(_settings)) _settings = read;
        }
        catch (SettingsException)
        {
        }

        return _settings;
    }

    private static Usage Less(Usage all, Usage before) => new(
        all.Output - before.Output,
        all.Thinking - before.Thinking,
        all.Input - before.Input,
        all.CacheRead - before.CacheRead,
        all.CacheWrite - before.CacheWrite)
    {
        CostUsd = all.CostUsd - (before.CostUsd ?? 0),
        Estimated = all.Estimated,
    };
}

internal static class PoolReading
{
    /// <summary>Reads what a group has spent, the first time that it comes up.</summary>
    public static async Task LearnAsync(this EnginePorts ports, string? group, CancellationToken stop)
    {
        if (group is not null && !ports.Pools.Knows(group)) ports.Pools.Learn(group, await ports.Book.Store.SpentByGroupAsync(group, stop));
    }
}
