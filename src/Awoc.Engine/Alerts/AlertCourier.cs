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
    private const string Hook = "hook";
    private const string Webhook = "webhook";
    private const int Batch = 200;

    private static readonly TimeSpan s_backOff = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan[] s_tries = [TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60)];

    /// <summary>Each way has a place of its own in the log: a webhook that is down holds up no hook.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(RunAsync(Hook, stop), RunAsync(Webhook, stop));

    private async Task RunAsync(string way, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await FollowAsync(way, stop);
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

    private async Task FollowAsync(string way, CancellationToken stop)
    {
        var mark = $"{Cursor}.{way}";
        var cursor = await BeginAsync(mark, stop);
        var isDown = false;
        while (true)
        {
            var grown = feed.Next;
            var events = await store.EventsAsync(cursor, Batch, null, stop);
            foreach (var e in events)
            {
                cursor = e.Seq;
                if (await AlertOfAsync(e, stop) is not { } alert) continue;
                // One that took none of the last is asked once for each of the next, until it takes one.
                isDown = !await DeliverAsync(way, alert, isDown ? 1 : s_tries.Length, stop);
                await store.SetMarkAsync(mark, cursor.ToString(CultureInfo.InvariantCulture), stop);
            }

            if (events.Count < Batch) await grown.WaitAsync(stop);
        }
    }

    /// <summary>The first daemon that has alerts does not tell of the past.</summary>
    private async Task<long> BeginAsync(string mark, CancellationToken stop)
    {
        if ((await store.MarkAsync(mark, stop) ?? await store.MarkAsync(Cursor, stop)) is { } known) return long.Parse(known, CultureInfo.InvariantCulture);
        var newest = await store.LastSeqAsync(stop);
        await store.SetMarkAsync(mark, newest.ToString(CultureInfo.InvariantCulture), stop);
        return newest;
    }

    private async Task<Alert?> AlertOfAsync(StoredEvent e, CancellationToken stop) =>
        e.Event is Core.Lifecycle.TaskEvent.Ended or Core.Lifecycle.TaskEvent.InputRequested or Core.Lifecycle.TaskEvent.IntegrationFailed && await store.FindAsync(e.Task, stop) is { } task
            ? Alert.Of(e, task)
            : null;

    /// <summary>False when it was not taken; true also where the user wants none that way.</summary>
    private Task<bool> DeliverAsync(string way, Alert alert, int tries, CancellationToken stop)
    {
        var wanted = settings.Read(null).Alerts;
        if (way == Hook && wanted.Command is { } command) return TryAsync(way, alert, () => door.RunAsync(command, alert, stop), tries, stop);
        if (way == Webhook && wanted.Webhook is { } url) return TryAsync(way, alert, () => door.PostAsync(url, alert, stop), tries, stop);
        return Task.FromResult(true);
    }

    private async Task<bool> TryAsync(string way, Alert alert, Func<Task> deliver, int tries, CancellationToken stop)
    {
        foreach (var pause in s_tries.Take(tries))
        {
            if (pause > TimeSpan.Zero) await Task.Delay(pause, time, stop);
            try
            {
                await deliver();
                return true;
            }
            catch (Exception failed) when (failed is AlertException && !stop.IsCancellationRequested)
            {
                LogUndelivered(way, alert.Id, alert.Task.Handle, failed.Message);
            }
        }

        LogGivenUp(way, alert.Id, tries);
        return false;
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
