using System.Collections.Concurrent;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.Scheduling;

/// <summary>
/// Starts what is queued while there is room, in the order of the <see cref="StartBoard"/>, and takes up what an earlier daemon left
/// running. What the board proposes is read from the store, shown to every <see cref="IStartGate"/>, and started by a commit that holds
/// only where nobody else was first; no start waits for another's.
/// </summary>
public sealed partial class Dispatcher
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_renewEvery = TimeSpan.FromSeconds(20);

    /// <summary>How soon limits are seen that were changed by hand in the settings file.</summary>
    private static readonly TimeSpan s_roomPatience = TimeSpan.FromSeconds(30);

    /// <summary>How soon it is seen that the machine has room again.</summary>
    private static readonly TimeSpan s_machinePatience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_backOff = TimeSpan.FromSeconds(1);

    /// <summary>How long a task is left out that breaks what looks at it before its start.</summary>
    private static readonly TimeSpan s_setAside = TimeSpan.FromSeconds(5);

    private readonly EnginePorts _ports;
    private readonly EventFeed _feed;
    private readonly StartBoard _board;
    private readonly IReadOnlyList<IStartGate> _gates;
    private readonly ILogger<Dispatcher> _log;
    private readonly PoolGate _pools;
    private readonly AgentProbe _probe;
    private readonly RunningAttempts _running;
    private readonly Adoption _adoption;
    private readonly DueTasks _due;
    private readonly FootprintWatch _watch;
    private readonly Footprints _footprints;
    private readonly ConcurrentDictionary<Task, TaskId> _starting = new();
    private readonly TaskCompletionSource _adopted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Dispatcher(
        EnginePorts ports, EventFeed feed, StartBoard board, MachineRoom room, Footprints footprints, IEnumerable<IStartGate> gates, ILogger<Dispatcher> log)
    {
        (_ports, _feed, _board, _gates, _log, _footprints) = (ports, feed, board, [.. gates], log, footprints);
        _pools = new PoolGate(ports);
        _probe = new AgentProbe(ports);
        _running = new RunningAttempts(ports, feed, board, _pools, log);
        _adoption = new Adoption(ports, _running, _pools, _probe, log);
        _due = new DueTasks(ports);
        _watch = new FootprintWatch(ports, room, footprints);
    }

    /// <summary>Attempts under way here.</summary>
    public int Running => _running.Count;

    /// <summary>The configured limit; while the settings file is wrong, the one before: what runs must be seen and be ended.</summary>
    public int Limit => _board.Limit;

    /// <summary>Completes when every attempt that was found running has its model calls served again.</summary>
    public Task Adopted => _adopted.Task;

    public AttemptDriver? Find(TaskId id) => _running.Find(id);

    /// <summary>Runs until <paramref name="stop"/>; then lets go of what runs, which goes on without it.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await BeginUntilDoneAsync(stop);
            _adopted.TrySetResult();
            await Task.WhenAll(
                LoopAsync("dispatch", DispatchAsync, stop),
                LoopAsync("due", _due.RoundAsync, stop),
                LoopAsync("leases", RenewAsync, stop),
                LoopAsync("footprints", token => _watch.RoundAsync(() => _running.Tasks, token), stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            _adopted.TrySetResult();
            await Task.WhenAll(_starting.Keys);
            await _running.WhenAllDoneAsync();
        }
    }

    /// <summary>Ends a running attempt by its ladder; false when none is under way here.</summary>
    public bool End(TaskId id, string cause)
    {
        if (_running.Find(id) is not { } driver) return false;
        driver.End(cause);
        return true;
    }

    private async Task LoopAsync(string name, Func<CancellationToken, Task> round, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await round(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception broken)
            {
                LogLoopFailed(broken, name);
                await Task.Delay(s_backOff, _ports.Time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    /// <summary>A store that cannot be written (a full disk) delays adoption; nothing new starts before it is done.</summary>
    private async Task BeginUntilDoneAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await _footprints.LoadAsync(_ports.Book.Store, stop);
                await _board.BeginAsync(stop);
                await _adoption.TakeUpAsync(s_lease, stop);
                return;
            }
            catch (Exception broken) when (!stop.IsCancellationRequested)
            {
                LogLoopFailed(broken, "adoption");
            }

            await Task.Delay(s_backOff, _ports.Time, stop);
        }
    }

    private async Task RenewAsync(CancellationToken stop)
    {
        await Task.Delay(s_renewEvery, _ports.Time, stop);
        if (_running.Count > 0) await _ports.Book.Store.RenewLeasesAsync(_ports.Node, s_lease, stop);
    }

    private async Task DispatchAsync(CancellationToken stop)
    {
        var grown = _feed.Next;
        _board.Refresh();
        await _pools.WakeAsync(stop);
        while (_board.Take() is { } next)
        {
            if (await AdmitAsync(next, stop) is { } admitted) Start(next, admitted, stop);
        }

        _ports.Warm.MakeRoom(_board.HeldForMemory);
        if (grown.IsCompleted) return;
        var until = _board.HeldByMachine ? s_machinePatience : _pools.HasWaiting || _board.HasWaiting ? s_roomPatience : Timeout.InfiniteTimeSpan;
        using var round = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(grown, Task.Delay(until, _ports.Time, round.Token));
        await round.CancelAsync();
        stop.ThrowIfCancellationRequested();
    }

    /// <summary>The task, when every gate lets it through; null when it waits for something, or waits no longer.</summary>
    private async Task<AgentTask?> AdmitAsync(QueuedTask next, CancellationToken stop)
    {
        List<IStartGate> passed = [];
        AgentTask? task = null;
        try
        {
            task = await _ports.Book.Store.FindAsync(next.Id, stop);
            if (task is not { State: TaskState.Queued })
            {
                _board.Drop(next.Id);
                return null;
            }

            foreach (var gate in _gates)
            {
                if (await gate.AskAsync(task, stop) is { } hold)
                {
                    await HoldAsync(task, hold, stop);
                    Release(task, passed);
                    _board.Drop(next.Id);
                    return null;
                }

                passed.Add(gate);
            }

            if (await _pools.AdmitAsync(task, stop)) return task;
            Release(task, passed);
            _board.Drop(next.Id);
            return null;
        }
        catch (Exception broken) when (broken is not StoreException && !stop.IsCancellationRequested)
        {
            // Of its own making: the others go on.
            if (task is not null) Release(task, passed);
            LogStartFailed(broken, next.Id);
            SetAside(next, stop);
            return null;
        }
        catch
        {
            if (task is not null) Release(task, passed);
            _board.PutBack(next);
            throw;
        }
    }

    private void SetAside(QueuedTask next, CancellationToken stop)
    {
        _board.SetAside(next.Id);
        _ = BackAsync();

        async Task BackAsync()
        {
            await Task.Delay(s_setAside, _ports.Time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            _board.PutBack(next);
            _feed.Pulse();
        }
    }

    private async Task HoldAsync(AgentTask task, StartHold hold, CancellationToken stop)
    {
        if (await _ports.Book.TryApplyAsync(task, new TaskCommand.Postpone(hold.Until, hold.Kind, hold.Why), stop) is not BookEntry.Applied(var now)) return;
        _ports.Files.Note(task, hold.Why);
        _ports.Files.Update(now);
    }

    private static void Release(AgentTask task, IEnumerable<IStartGate> gates)
    {
        foreach (var gate in gates) gate.Release(task);
    }

    private void Start(QueuedTask next, AgentTask task, CancellationToken stop)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _starting[done.Task] = task.Id;
        _ = Task.Run(StartAsync, CancellationToken.None);

        async Task StartAsync()
        {
            try
            {
                // What was held for one that does not start after all is let go of before it can be taken again.
                if (await TryDispatchAsync(task, stop)) return;
                LetGo(task);
                _board.Drop(next.Id);
                _feed.Pulse();
            }
            catch (StoreException broken)
            {
                LogStartFailed(broken, task.Id);
                await Task.Delay(s_backOff, _ports.Time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
                LetGo(task);
                _board.PutBack(next);
                _feed.Pulse();
            }
            catch (Exception broken)
            {
                if (!stop.IsCancellationRequested) LogStartFailed(broken, task.Id);
                LetGo(task);
                SetAside(next, stop);
                _feed.Pulse();
            }
            finally
            {
                _starting.TryRemove(done.Task, out _);
                done.SetResult();
            }
        }
    }

    private void LetGo(AgentTask task)
    {
        _pools.Release(task);
        Release(task, _gates);
    }

    /// <summary>False when it does not start: it waits for a person, or somebody else was first.</summary>
    private async Task<bool> TryDispatchAsync(AgentTask task, CancellationToken stop)
    {
        if (_ports.Vault.Missing(task) is { Count: > 0 } missing)
        {
            await AskAsync(task, $"needs {string.Join(", ", missing)}: run 'awoc daemon start' in a shell where it is set", stop);

            // They may have come while it was asked for them; whoever brought them saw nobody wait.
            if (_ports.Vault.Missing(task).Count == 0) await _ports.Book.ApplyAsync(task.Id, new TaskCommand.GiveInput(null), stop);
            return false;
        }

        var ready = _probe.Look(task);
        if (ready.Obstacle is { } obstacle)
        {
            await AskAsync(task, $"{obstacle}; then run 'awoc daemon start'", stop);
            return false;
        }

        var entry = await _ports.Book.TryApplyAsync(task, new TaskCommand.Dispatch(_ports.Node), stop, leaseFor: s_lease);
        if (entry is not BookEntry.Applied(var started)) return false;
        var lost = task.Spec.SecretNames.Except(_ports.Vault.Get(task.Id).Keys).ToList();
        if (lost.Count > 0) _ports.Files.Note(task, $"starts without {string.Join(", ", lost)}: their values were held in memory by a daemon that is gone");
        var runner = ready.Runner!;
        _running.Drive(started, runner, () => _probe.Availability(started, runner), driver => driver.StartAsync(ready.Availability, stop), stop);
        _ports.Files.Update(started);
        return true;
    }

    private async Task AskAsync(AgentTask task, string question, CancellationToken stop)
    {
        await _ports.Book.TryApplyAsync(task, new TaskCommand.AskInput(question), stop);
        _ports.Files.Note(task, question);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the {Name} loop failed and goes on")]
    private partial void LogLoopFailed(Exception broken, string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "task {Id} could not be started; it is tried again")]
    private partial void LogStartFailed(Exception broken, TaskId id);
}
