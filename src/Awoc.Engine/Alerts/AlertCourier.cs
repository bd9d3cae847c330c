using System.Globalization;
using Awoc.Core.Alerts;
using Awoc.Core.Store;
using Awoc.Engine.Settings;
using Awoc.Engine.Tasks;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.Alerts;

/// <summary>
/// Brings each alert to the user's hook and webhook. A mark in the store says how far it has come, so that a restart neither
/// repeats nor leaves out; only a daemon that dies between the delivery and the mark tells one twice, under the same id.
/// </summary>
public sealed partial class AlertCourier(ITaskStore store, EventFeed feed, ISettingsSource settings, IAlertDoor door, TimeProvider time, ILogger<AlertCourier> log)
{
    private const string Cursor = "alerts.delivered";
    private const int Batch = 200;

    private static readonly TimeSpan s_backOff = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan[] s_tries = [TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60)];

    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
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
        var cursor = await BeginAsync(stop);
        while (true)
        {
            var grown = feed.Next;
            var events = await store.EventsAsync(cursor, Batch, null, stop);
            foreach (var e in events)
            {
                cursor = e.Seq;
                if (await AlertOfAsync(e, stop) is not { } alert) continue;
                await DeliverAsync(alert, stop);
                await store.SetMarkAsync(Cursor, cursor.ToString(CultureInfo.InvariantCulture), stop);
            }

            if (events.Count < Batch) await grown.WaitAsync(stop);
        }
    }

    /// <summary>The first daemon that has alerts does not tell of the past.</summary>
    private async Task<long> BeginAsync(CancellationToken stop)
    {
        if (await store.MarkAsync(Cursor, stop) is { } mark) return long.Parse(mark, CultureInfo.InvariantCulture);
        var newest = await store.LastSeqAsync(stop);
        await store.SetMarkAsync(Cursor, newest.ToString(CultureInfo.InvariantCulture), stop);
        return newest;
    }

    private async Task<Alert?> AlertOfAsync(StoredEvent e, CancellationToken stop) =>
        e.Event is Core.Lifecycle.TaskEvent.Ended or Core.Lifecycle.TaskEvent.InputRequested or Core.Lifecycle.TaskEvent.IntegrationFailed && await store.FindAsync(e.Task, stop) is { } task
            ? Alert.Of(e, task)
            : null;

    private async Task DeliverAsync(Alert alert, CancellationToken stop)
    {
        var wanted = settings.Read(null).Alerts;
        if (wanted.Command is { } command) await TryAsync("hook", alert, () => door.RunAsync(command, alert, stop), stop);
        if (wanted.Webhook is { } url) await TryAsync("webhook", alert, () => door.PostAsync(url, alert, stop), stop);
    }

    private async Task TryAsync(string kind, Alert alert, Func<Task> deliver, CancellationToken stop)
    {
        foreach (var pause in s_tries)
        {
            if (pause > TimeSpan.Zero) await Task.Delay(pause, time, stop);
            try
            {
                await deliver();
                return;
            }
            catch (Exception failed) when (failed is AlertException && !stop.IsCancellationRequested)
            {
                LogUndelivered(kind, alert.Id, alert.Task.Handle, failed.Message);
            }
        }

        LogGivenUp(kind, alert.Id, s_tries.Length);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "alerts could not be followed; it is tried again")]
    private partial void LogFailed(Exception broken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the {Kind} did not take alert {Id} of task {Handle}: {Why}")]
    private partial void LogUndelivered(string kind, long id, string handle, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "the {Kind} got alert {Id} in none of {Tries} tries; 'awoc alerts' has it")]
    private partial void LogGivenUp(string kind, long id, int tries);
}

/// <summary>How alerts leave the daemon.</summary>
public interface IAlertDoor
{
    /// <summary>Runs the user's command in a shell with the alert as JSON on standard input.</summary>
    /// <exception cref="AlertException">It did not end well within its time.</exception>
    Task RunAsync(string command, Alert alert, CancellationToken cancellation);

    /// <summary>Posts the alert as JSON.</summary>
    /// <exception cref="AlertException">It was not taken with a 2xx.</exception>
    Task PostAsync(Uri url, Alert alert, CancellationToken cancellation);
}

public sealed class AlertException(string message) : Exception(message);
