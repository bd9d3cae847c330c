using System.Threading.Channels;
using Awoc.Core.Agents;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Core.Waiting;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.Waiting;

/// <summary>
/// The one owner of what tasks wait for: as a task ends, it decides over those that wait for it. All that it knows it has from the store
/// and from what it is told of every change, so that a new daemon begins where the last one left off. One decision after the other is taken
/// in a loop, never from within another: a chain of any length falls link by link.
/// </summary>
/// <param name="conditions">Reads the conditions of workflows; null where there are none.</param>
public sealed partial class DependencyWatch(EnginePorts ports, ILogger<DependencyWatch> log, IWhenCondition? conditions = null) : ITaskObserver
{
    /// <summary>Decisions on their way to the store at one time: they share its transactions.</summary>
    private const int Together = 512;

    private static readonly TimeSpan s_backOff = TimeSpan.FromSeconds(1);

    private readonly Channel<AgentTask> _changes = Channel.CreateUnbounded<AgentTask>(new UnboundedChannelOptions { SingleReader = true });
    private readonly DependencyIndex _index = new();

    public void Changed(AgentTask task) => _changes.Writer.TryWrite(task);

    /// <summary>Until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        // Listening first: nothing falls between the two.
        ports.Book.Watch(this);
        var begun = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!begun)
                {
                    foreach (var task in await ports.Book.Store.WaitingAsync(WaitKind.Dependency, stop)) _index.Note(task);
                    begun = true;
                }

                await RoundAsync(stop);
                if (!_index.HasRipe && _index.Unknown.Count == 0) await _changes.Reader.WaitToReadAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception broken)
            {
                LogFailed(broken);
                await Task.Delay(s_backOff, ports.Time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task RoundAsync(CancellationToken stop)
    {
        while (_changes.Reader.TryRead(out var task)) _index.Note(task);
        if (_index.Unknown.Count > 0)
        {
            TaskId[] asked = [.. _index.Unknown];
            _index.Learn(asked, await ports.Book.Store.StandingsAsync(asked, stop));
        }

        foreach (var some in _index.TakeRipe().Chunk(Together))
        {
            try
            {
                await Task.WhenAll(some.Select(task => DecideAsync(task, stop)));
            }
            catch
            {
                foreach (var task in some) _index.PutBack(task);
                throw;
            }
        }
    }

    private async Task DecideAsync(AgentTask task, CancellationToken stop)
    {
        var condition = task.Spec.Precondition!;
        var decision = StartConditions.Decide(condition, _index.StandingOf, ports.Time.GetUtcNow());
        if (decision is StartDecision.Wait)
        {
            _index.StillWaits(task);
            return;
        }

        if (decision is StartDecision.AskWhen)
        {
            var answer = await AskAsync(task, condition.When!, stop);
            decision = StartConditions.Decide(condition, _index.StandingOf, ports.Time.GetUtcNow(), answer);
        }

        TaskCommand? command = decision switch
        {
            StartDecision.Start => new TaskCommand.Enqueue(),
            StartDecision.Postpone(var until) => new TaskCommand.Postpone(until, WaitKind.Time, "its time"),
            StartDecision.Fail(_, var why) => new TaskCommand.Refuse(EndReason.DependencyFailed, why.Replace(AttemptVerdict.TaskHandle, task.Id.Handle, StringComparison.Ordinal)),
            StartDecision.Skip(var why) => new TaskCommand.Skip(why),
            _ => null,
        };
        if (command is null) return;

        if (await ports.Book.TryApplyAsync(task, command, stop) is not BookEntry.Applied(var now))
        {
            // Whoever was first has changed it: that is on its way here, unless it was told long ago and out of its order.
            if (await ports.Book.Store.FindAsync(task.Id, stop) is { } changed) _changes.Writer.TryWrite(changed);
            return;
        }

        if (now.State != TaskState.Ended) return;
        ports.Vault.Forget(now.Id);
        ports.Files.Update(now);
        ports.Files.Note(now, $"{now.Outcome.Text()}, {now.Reason.Text()}: {now.Detail}");
    }

    private async Task<WhenAnswer> AskAsync(AgentTask task, string expression, CancellationToken stop)
    {
        if (conditions is null) return new WhenAnswer(false, "this version reads no conditions");
        var references = task.Spec.References;
        var found = (await ports.Book.Store.FindAsync([.. references.Values.Distinct()], stop)).ToDictionary(t => t.Id);
        try
        {
            return conditions.Evaluate(expression, references.Where(r => found.ContainsKey(r.Value)).ToDictionary(r => r.Key, r => found[r.Value]));
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            // It may hold anything that somebody wrote: a fault in it is that task's own.
            return new WhenAnswer(false, broken.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "dependencies could not be followed; it is tried again")]
    private partial void LogFailed(Exception broken);
}
