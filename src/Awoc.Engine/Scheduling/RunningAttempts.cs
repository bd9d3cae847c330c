using System.Collections.Concurrent;
using Awoc.Core.Agents;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.Scheduling;

/// <summary>The attempts that are followed here, each to its end and until what was held for it is settled.</summary>
internal sealed partial class RunningAttempts(EnginePorts ports, EventFeed feed, StartBoard board, PoolGate pools, ILogger log)
{
    private static readonly TimeSpan s_backOff = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TaskId, (AttemptDriver Driver, AgentTask Task, Task Done)> _running = new();

    public int Count => _running.Count;

    public IEnumerable<AgentTask> Tasks => _running.Values.Select(r => r.Task);

    public IEnumerable<Task> Ready => _running.Values.Select(r => r.Driver.Ready);

    public AttemptDriver? Find(TaskId id) => _running.TryGetValue(id, out var entry) ? entry.Driver : null;

    public bool Contains(TaskId id) => _running.ContainsKey(id);

    public Task WhenAllDoneAsync() => Task.WhenAll(_running.Values.Select(r => r.Done));

    public void Drive(AgentTask task, IRunner runner, Func<AgentAvailability> probe, Func<AttemptDriver, Task> run, CancellationToken stop)
    {
        var driver = new AttemptDriver(ports, task, runner, probe, () => board.Free(task), log);
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        board.Follow(task);
        _running[task.Id] = (driver, task, FollowAsync());

        // Not on this thread: whoever dispatches has others to dispatch.
        begin.SetResult();

        async Task FollowAsync()
        {
            await begin.Task;
            while (!await TryAsync()) await PauseAsync();
            while (!await TrySettleAsync()) await PauseAsync();
            _running.TryRemove(task.Id, out _);
            board.LetGo(task.Id);
            feed.Pulse();
        }

        Task PauseAsync() => Task.Delay(s_backOff, ports.Time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);

        async Task<bool> TrySettleAsync()
        {
            try
            {
                await pools.SettleAsync(task, stop);
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

    [LoggerMessage(Level = LogLevel.Error, Message = "attempt {Attempt} of task {Id} could not be taken up; it is tried again")]
    private partial void LogAttemptFailed(Exception broken, TaskId id, int attempt);
}
