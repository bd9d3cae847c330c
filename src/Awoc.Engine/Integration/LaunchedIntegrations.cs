using System.Globalization;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Tasks;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.Integration;

/// <summary>
/// Integrates what was launched with <c>--integrate</c>, as it succeeds. It follows the log; a mark says how far it has come. A daemon
/// that dies between an integration and the mark repeats it, which changes nothing. How a task ended stays as it is, whatever becomes
/// of its integration: what fails is an event of its own, and an alert.
/// </summary>
public sealed partial class LaunchedIntegrations(
    ITaskStore store, TaskBook book, TaskFiles files, EventFeed feed, Integrator integrator, TimeProvider time, ILogger<LaunchedIntegrations> log)
{
    private const string Cursor = "integrations.followed";
    private const string By = "awoc run --integrate";
    private const int Batch = 200;

    private static readonly TimeSpan s_backOff = TimeSpan.FromSeconds(5);

    private long? _cursor;

    /// <summary>Before any task can end in this daemon: what was left half-done is settled, and the place in the log is found.</summary>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        try
        {
            await integrator.SettleAllAsync(cancellation);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException or StoreException or System.Text.Json.JsonException)
        {
            LogUnsettled(broken);
        }

        if (await store.MarkAsync(Cursor, cancellation) is { } mark)
        {
            _cursor = long.Parse(mark, CultureInfo.InvariantCulture);
            return;
        }

        // No task of the past was launched with one.
        await SaveAsync(await store.LastSeqAsync(cancellation), cancellation);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                if (_cursor is null) await BeginAsync(stop);
                await FollowAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception broken)
            {
                LogFailed(broken);
                await Task.Delay(s_backOff, time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        while (true)
        {
            var grown = feed.Next;
            var events = await store.EventsAsync(_cursor!.Value, Batch, null, stop);
            foreach (var e in events)
            {
                if (e.Event is TaskEvent.Ended { Ending.Outcome: TaskOutcome.Succeeded }
                    && await store.FindAsync(e.Task, stop) is { Spec.Integrate: not null, State: TaskState.Ended } task)
                {
                    await IntegrateAsync(task, stop);
                    await SaveAsync(e.Seq, stop);
                }

                _cursor = e.Seq;
            }

            if (events.Count == Batch) await SaveAsync(_cursor.Value, stop);
            else await grown.WaitAsync(stop);
        }
    }

    private async Task IntegrateAsync(AgentTask task, CancellationToken stop)
    {
        var spec = task.Spec;
        if (spec.IntegrateInto is null && task.Delivered)
        {
            files.Note(task, $"--integrate {spec.Integrate!.Value.Text()}: {spec.Output} did not exist before, so that the result was delivered there and there is nothing to bring it into");
            return;
        }

        var order = new IntegrationOrder
        {
            By = By,
            Mode = spec.Integrate!.Value,
            Into = spec.IntegrateInto ?? spec.Output,
            Cwd = spec.Cwd,
            AllowOutside = spec.AllowOutside,
        };
        string? why = null;
        string? left = null;
        try
        {
            switch (await integrator.IntegrateAsync(task, order, stop))
            {
                case IntegrationEnd.Refused refused:
                    why = refused.Why;
                    break;
                case IntegrationEnd.Done { Report: { Changed: false, Conflicts.Count: > 0 and var count } report }:
                    why = $"{report.Target} has changed in {count} of the places that the result changes";
                    break;
                case IntegrationEnd.Done { Report: { Conflicts.Count: > 0 and var count } report }:
                    left = $"{report.Target} says otherwise than the result in {count} {(count == 1 ? "place" : "places")}, left as it is";
                    break;
            }
        }
        catch (Exception broken) when (broken is not StoreException && !stop.IsCancellationRequested)
        {
            // Whatever one target or result does to us, those of other tasks are not to wait behind it.
            LogBroken(broken, task.Id.Handle);
            why = broken.Message;
        }

        if ((why ?? left) is not { } trouble) return;
        var detail = why is null
            ? $"it succeeded and was integrated, but {trouble}: 'awoc integrate {task.Id.Handle} {order.Mode.Text()} --into {LaunchScript.Quote(order.Into!)} --dry-run' shows where"
            : $"it succeeded, but could not be integrated: {trouble}; the result waits: 'awoc integrate {task.Id.Handle}' shows it";
        if (await book.ApplyAsync(task.Id, new TaskCommand.NoteUnintegrated(detail), CancellationToken.None) is BookEntry.Applied(var noted)) files.Update(noted);
        files.Note(task, detail);
        LogUnintegrated(task.Id.Handle, trouble);
    }

    private async Task SaveAsync(long seq, CancellationToken cancellation)
    {
        _cursor = seq;
        await store.SetMarkAsync(Cursor, seq.ToString(CultureInfo.InvariantCulture), cancellation);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the integration of task {Handle} broke")]
    private partial void LogBroken(Exception broken, string handle);

    [LoggerMessage(Level = LogLevel.Error, Message = "integrations could not be followed; it is tried again")]
    private partial void LogFailed(Exception broken);

    [LoggerMessage(Level = LogLevel.Error, Message = "an integration that was left half-done could not be settled; the next one of its task tries again")]
    private partial void LogUnsettled(Exception broken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {Handle} could not be integrated as it is: {Why}")]
    private partial void LogUnintegrated(string handle, string why);
}
