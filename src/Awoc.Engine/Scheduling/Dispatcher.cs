using System.Collections.Concurrent;
using Awoc.Core.Agents;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Budgets;
using Awoc.Engine.Settings;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.Scheduling;

/// <summary>
/// Starts what is due and queued while there are slots, and takes up what an earlier daemon left running. First in, first
/// out; finer orders come through the store's own, this loop takes what <see cref="ITaskStore.ReadyAsync"/> gives.
/// </summary>
public sealed partial class Dispatcher(EnginePorts ports, EventFeed feed, ILogger<Dispatcher> log)
{
    private const string Queue = "default";
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_renewEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_adoptionPatience = TimeSpan.FromSeconds(5);

    /// <summary>An agent whose call waits is better off than one that is told that nobody knows it: each log is read whole before its attempt is ready.</summary>
    private static readonly TimeSpan s_readyPatience = TimeSpan.FromSeconds(60);
    /// <summary>How soon shared limits that were raised by hand in the settings file are seen.</summary>
    private static readonly TimeSpan s_roomPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_backOff = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TaskId, (AttemptDriver Driver, Task Done)> _running = new();
    private readonly PoolGate _gate = new(ports);
    private readonly TaskCompletionSource _adopted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Attempts under way here.</summary>
    public int Running => _running.Count;

    /// <summary>The configured limit; while the settings file is wrong, the default: what runs must be seen and be ended.</summary>
    public int Limit
    {
        get
        {
            try
            {
                return ports.Settings.Read(null).Concurrency ?? ConcurrencyLimit.Default;
            }
            catch (SettingsException)
            {
                return ConcurrencyLimit.Default;
            }
        }
    }

    /// <summary>Completes when every attempt that was found running has its model calls served again.</summary>
    public Task Adopted => _adopted.Task;

    public AttemptDriver? Find(TaskId id) => _running.TryGetValue(id, out var entry) ? entry.Driver : null;

    /// <summary>Runs until <paramref name="stop"/>; then lets go of what runs, which goes on without it.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await AdoptUntilDoneAsync(stop);
            _adopted.TrySetResult();
            await Task.WhenAll(LoopAsync("dispatch", DispatchAsync, stop), LoopAsync("leases", RenewAsync, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            _adopted.TrySetResult();
            await Task.WhenAll(_running.Values.Select(r => r.Done));
        }
    }

    /// <summary>Ends a running attempt by its ladder; false when none is under way here.</summary>
    public bool End(TaskId id, string cause)
    {
        if (!_running.TryGetValue(id, out var entry)) return false;
        entry.Driver.End(cause);
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
                await Task.Delay(s_backOff, ports.Time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    /// <summary>A store that cannot be written (a full disk) delays adoption; nothing new starts before it is done.</summary>
    private async Task AdoptUntilDoneAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await AdoptAllAsync(stop);
                return;
            }
            catch (Exception broken) when (!stop.IsCancellationRequested)
            {
                LogLoopFailed(broken, "adoption");
            }

            await Task.Delay(s_backOff, ports.Time, stop);
        }
    }

    private async Task RenewAsync(CancellationToken stop)
    {
        await Task.Delay(s_renewEvery, ports.Time, stop);
        if (!_running.IsEmpty) await ports.Book.Store.RenewLeasesAsync(ports.Node, s_lease, stop);
    }

    private async Task DispatchAsync(CancellationToken stop)
    {
        var grown = feed.Next;
        foreach (var due in await ports.Book.Store.DueAsync(ports.Time.GetUtcNow(), 100, stop))
            await ports.Book.TryApplyAsync(due, new TaskCommand.Enqueue(), stop);
        await _gate.WakeAsync(stop);
        var free = Limit - _running.Count;
        if (free > 0)
        {
            var ready = await ports.Book.Store.ReadyAsync(Queue, free, stop);
            if (ready.Count > 0)
            {
                List<AgentTask> admitted = [];
                foreach (var task in ready)
                {
                    // One whose last attempt is still being let go of comes with the pulse that ends it.
                    if (!_running.ContainsKey(task.Id) && await _gate.AdmitAsync(task, stop)) admitted.Add(task);
                }

                await Task.WhenAll(admitted.Select(task => StartAsync(task, stop)));
                if (ready.Count == free && ready.All(task => !_running.ContainsKey(task.Id) || admitted.Contains(task))) return;
            }
        }

        using var round = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var until = await UntilDueAsync(stop);
        if (_gate.HasWaiting && (until == Timeout.InfiniteTimeSpan || until > s_roomPatience)) until = s_roomPatience;
        await Task.WhenAny(grown, Task.Delay(until, ports.Time, round.Token));
        await round.CancelAsync();
        stop.ThrowIfCancellationRequested();
    }

    private async Task<TimeSpan> UntilDueAsync(CancellationToken stop)
    {
        if (await ports.Book.Store.NextDueAsync(stop) is not { } due) return Timeout.InfiniteTimeSpan;
        var wait = due - ports.Time.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > TimeSpan.FromHours(1) ? TimeSpan.FromHours(1) : wait;
    }

    /// <summary>What was held for a task that does not start after all is let go.</summary>
    private async Task StartAsync(AgentTask task, CancellationToken stop)
    {
        try
        {
            await DispatchAsync(task, stop);
        }
        finally
        {
            if (!_running.ContainsKey(task.Id)) _gate.Release(task);
        }
    }

    private async Task DispatchAsync(AgentTask task, CancellationToken stop)
    {
        if (ports.Vault.Missing(task) is { Count: > 0 } missing)
        {
            var question = $"needs {string.Join(", ", missing)}: run 'awoc daemon start' in a shell where it is set";
            await ports.Book.TryApplyAsync(task, new TaskCommand.AskInput(question), stop);
            ports.Files.Note(task, question);
            return;
        }

        var (runner, obstacle) = Ready(task);
        if (obstacle is not null)
        {
            var question = $"{obstacle}; then run 'awoc daemon start'";
            await ports.Book.TryApplyAsync(task, new TaskCommand.AskInput(question), stop);
            ports.Files.Note(task, question);
            return;
        }

        var entry = await ports.Book.TryApplyAsync(task, new TaskCommand.Dispatch(ports.Node), stop, leaseFor: s_lease);
        if (entry is not BookEntry.Applied(var started)) return;
        ports.Files.Update(started);
        var lost = task.Spec.SecretNames.Except(ports.Vault.Get(task.Id).Keys).ToList();
        if (lost.Count > 0) ports.Files.Note(task, $"starts without {string.Join(", ", lost)}: their values were held in memory by a daemon that is gone");
        Drive(started, runner!, driver => driver.StartAsync(stop), stop);
    }

    /// <summary>The agent that is to start, or what is in its way by now: it may have been there when the task was launched.</summary>
    private (IRunner? Runner, string? Obstacle) Ready(AgentTask task)
    {
        if (ports.Roster.Find(task.Spec.Agent) is not { } runner)
            return (null, $"needs the agent '{task.Spec.Agent}', which this version does not have: install the one that launched it");
        try
        {
            return (runner, Availability(task, runner).Missing);
        }
        catch (SettingsException wrong)
        {
            return (runner, $"needs its settings: {wrong.Message}");
        }
    }

    private AgentAvailability Availability(AgentTask task, IRunner runner)
    {
        var variables = new Dictionary<string, string>(task.Spec.Environment);
        foreach (var (name, value) in ports.Vault.Get(task.Id)) variables[name] = value;
        return AgentRoster.Probe(runner, variables, task.Spec.Rehearsal, ports.Settings.Read(task.Spec.Cwd));
    }

    private void Drive(AgentTask task, IRunner runner, Func<AttemptDriver, Task> run, CancellationToken stop)
    {
        var driver = new AttemptDriver(ports, task, runner, () => Availability(task, runner), log);
        var begin = new TaskCompletionSource();
        _running[task.Id] = (driver, FollowAsync());
        begin.SetResult();

        async Task FollowAsync()
        {
            await begin.Task;
            while (!await TryAsync()) await Task.Delay(s_backOff, ports.Time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            while (!await TrySettleAsync()) await Task.Delay(s_backOff, ports.Time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            _running.TryRemove(task.Id, out _);
            feed.Pulse();
        }

        async Task<bool> TrySettleAsync()
        {
            try
            {
                await _gate.SettleAsync(task, stop);
                return true;
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return true;
            }
            catch (StoreException broken)
            {
                LogAttemptFailed(broken, task.Id, task.Attempt);
                return false;
            }
        }

        async Task<bool> TryAsync()
        {
            try
            {
                // A cancel or a top-up may have come between the dispatch and here: it found no driver to tell.
                var now = await ports.Book.Store.FindAsync(task.Id, stop);
                if (now is { CancelRequested: true }) driver.End(EndCause.Cancel);
                if (now is not null && now.Budget != task.Budget) driver.ChangeBudget(now.Budget);
                await run(driver);
                return true;
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                // The agent goes on; the next daemon adopts it.
                return true;
            }
            catch (Exception broken)
            {
                LogAttemptFailed(broken, task.Id, task.Attempt);
                return false;
            }
        }
    }

    private async Task AdoptAllAsync(CancellationToken stop)
    {
        await _gate.BeginAsync(stop);
        var left = await ports.Book.Store.InAttemptAsync(stop);
        await Task.WhenAll(left.Where(task => !_running.ContainsKey(task.Id)).Select(task => AdoptAsync(task, stop)));
        if (left.Count > 0) LogAdopting(left.Count);
        var ready = Task.WhenAll(_running.Values.Select(r => r.Driver.Ready));
        await Task.WhenAny(ready, Task.Delay(s_readyPatience, ports.Time, stop));
    }

    private async Task AdoptAsync(AgentTask task, CancellationToken stop)
    {
        if (ports.Roster.Find(task.Spec.Agent) is not { } runner) return;
        // The doors are open already: a cancel or a top-up may come between the listing and this.
        var entry = await ports.Book.ApplyAsync(task.Id, new TaskCommand.Adopt(ports.Node), stop, leaseFor: s_lease);
        if (entry is not BookEntry.Applied(var adopted)) return;
        await _gate.KeepAsync(adopted, stop);
        var directory = ports.Paths.Task(task.Id).Attempt(task.Attempt).Path;
        Drive(adopted, runner, async driver =>
        {
            var standing = await AttemptProbe.ExamineAsync(directory, s_adoptionPatience, ports.Time, stop);
            if (standing is AttemptStanding.NotStarted or AttemptStanding.NeverBegun) await RestartAsync(driver, adopted, stop);
            else await driver.AdoptAsync(standing, stop);
        }, stop);
    }

    /// <summary>The daemon died between the dispatch and the shim's claim: nothing has run, so the same attempt starts.</summary>
    private async Task RestartAsync(AttemptDriver driver, AgentTask task, CancellationToken stop)
    {
        if (ports.Vault.Missing(task) is { Count: > 0 } missing)
        {
            await ports.Book.ApplyAsync(
                task.Id,
                new TaskCommand.Defer(
                    task.Fence, TaskOutcome.Lost, EndReason.CredentialMissing, Core.Budgets.Usage.Zero, 0, ports.Time.GetUtcNow(), string.Join(", ", missing))
                { Recovery = task.Recovery },
                stop,
                task.Fence);
            return;
        }

        await driver.StartAsync(stop);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the {Name} loop failed and goes on")]
    private partial void LogLoopFailed(Exception broken, string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "attempt {Attempt} of task {Id} could not be taken up; it is tried again")]
    private partial void LogAttemptFailed(Exception broken, TaskId id, int attempt);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} attempts of an earlier daemon adopted")]
    private partial void LogAdopting(int count);
}
