using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Awoc.Core.Agents;
using Awoc.Core.Lifecycle;
using Awoc.Core.Pacing;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Settings;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Quotas;

/// <summary>
/// What is known of usage windows: told by the gateway's answers, by agents' streams and by the person's own session, kept in
/// the store so that the next daemon knows it, and said to the gateway, which holds the requests.
/// </summary>
public sealed class QuotaBook(EnginePorts ports) : ILimitObserver
{
    private const string Mark = "quota.windows";

    /// <summary>How soon a reserve that was changed by hand in the settings file is seen.</summary>
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(30);

    /// <summary>The waits of an agent whose windows close again at once grow up to an hour, and some chance: the API's word on its opening was not enough.</summary>
    private static readonly TimeSpan s_grown = TimeSpan.FromMinutes(90);

    private readonly Lock _gate = new();

    /// <summary>Never taken while <see cref="_gate"/> is held.</summary>
    private readonly Lock _applying = new();

    private readonly WindowBook _windows = new();
    private readonly Dictionary<(string Account, string? Model), DateTimeOffset> _held = [];
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile bool _opened;
    private QuotaSettings _settings = QuotaSettings.Default;

    /// <summary>Those in force; while the settings file is wrong, those that were before.</summary>
    public QuotaSettings Settings
    {
        get
        {
            try
            {
                _settings = ports.Settings.Read(null).Quota;
            }
            catch (SettingsException)
            {
            }

            return _settings;
        }
    }

    /// <summary>All windows, by account and kind.</summary>
    public IReadOnlyList<UsageWindow> Windows
    {
        get
        {
            lock (_gate) return [.. _windows.All.OrderBy(w => w.Account, StringComparer.Ordinal).ThenBy(w => w.Kind, StringComparer.Ordinal)];
        }
    }

    private bool HoldsAny
    {
        get
        {
            lock (_gate) return _windows.Holds(Settings.Reserve, ports.Time.GetUtcNow()).Any();
        }
    }

    /// <summary>Before anything is adopted or started: what the daemon before this one knew.</summary>
    public async Task BeginAsync(CancellationToken stop)
    {
        if (await ports.Book.Store.MarkAsync(Mark, stop) is { } kept)
        {
            try
            {
                lock (_gate)
                {
                    foreach (var window in JsonSerializer.Deserialize(kept, QuotaJson.Default.ListUsageWindow) ?? []) _windows.Tell(window);
                }
            }
            catch (JsonException)
            {
                // Of another version: the next answers tell it anew.
            }
        }

        ports.Gateway.Watch(this);
        Apply();
    }

    /// <summary>Keeps what was told, and lets go on what a window held that opened before its time.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var woken = ports.Time.GetTimestamp();
        while (true)
        {
            using var look = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var told = _changed.Reader.ReadAsync(look.Token).AsTask();
            await Task.WhenAny(told, Task.Delay(s_lookAgain, ports.Time, look.Token));
            stop.ThrowIfCancellationRequested();
            var changed = told.IsCompletedSuccessfully;
            await look.CancelAsync();
            try
            {
                if (changed) await ports.Book.Store.SetMarkAsync(Mark, Text(), stop);
                Apply();

                // Each answer of a subscription tells how far its window is used: only one that opens lets anybody go on.
                if (!_opened && ports.Time.GetElapsedTime(woken) < s_lookAgain) continue;
                _opened = false;
                await WakeAsync(stop);
                woken = ports.Time.GetTimestamp();
            }
            catch (StoreException)
            {
                // A full disk: it is said again with the next word on any window.
                _opened = true;
                _changed.Writer.TryWrite(true);
                await Task.Delay(s_lookAgain, ports.Time, stop);
            }
        }
    }

    /// <summary>The window that keeps requests of this lane back; null when none does.</summary>
    public WindowHold? HoldOf(LaneKey lane)
    {
        lock (_gate) return _windows.HoldOf(lane, Settings.Reserve, ports.Time.GetUtcNow());
    }

    /// <summary>The window that keeps a task back; null when none does.</summary>
    public WindowHold? HoldOf(AgentTask task)
    {
        // Nearly always: nobody has to be asked for a credential then.
        return HoldsAny && TaskLane.Of(ports, task) is { } lane ? HoldOf(lane) : null;
    }

    /// <summary>In the zone and at the time of the daemon.</summary>
    public string Words(WindowHold hold) => hold.Words(ports.Time.LocalTimeZone, ports.Time.GetUtcNow());

    /// <inheritdoc/>
    public void Seen(LaneKey lane, int status, LimitSigns signs, DateTimeOffset at)
    {
        const int TooManyRequests = 429;
        var told = signs.Windows.Select(w => new UsageWindow(lane.Account, w.Kind, w.Used, w.ResetsAt ?? (w.Closed is true ? signs.ResetsAt : null), w.Closed ?? false, at)
        {
            Model = UsageWindow.ModelOf(w.Kind),
        });

        // A wait that is short is the gateway's own business.
        var wait = signs.RetryAfter ?? signs.ResetsAt - at;
        if (status == TooManyRequests && !signs.Windows.Any(w => w.Closed is true) && wait > Settings.Hold)
            told = told.Append(new UsageWindow(lane.Account, UsageWindow.Api, null, at + wait, true, at) { Model = lane.Model });
        Tell(told);
    }

    /// <summary>An agent's stream told of a window of its account.</summary>
    public void Heard(string account, AgentEvent.Limit limit, DateTimeOffset at)
    {
        var kind = UsageWindow.KindOf(limit.Kind ?? "unified");
        Tell([new UsageWindow(account, kind, limit.Used, limit.ResetsAt, limit.Status == "rejected", at) { Model = UsageWindow.ModelOf(kind) }]);
    }

    /// <summary>An agent waits before it asks the API again. What came through the gateway is known; a wait that is long is a window.</summary>
    public void Heard(LaneKey lane, AgentEvent.Retry retry, DateTimeOffset at)
    {
        const int TooManyRequests = 429;
        if (retry.Status == TooManyRequests && retry.Delay > Settings.Hold)
            Tell([new UsageWindow(lane.Account, UsageWindow.Api, null, at + retry.Delay, true, at) { Model = lane.Model }]);
    }

    /// <summary>The person's own session says how far a window of the account is used.</summary>
    public UsageWindow Report(string account, string kind, double used, DateTimeOffset? resetsAt)
    {
        kind = UsageWindow.KindOf(kind);
        var window = new UsageWindow(account, kind, used, resetsAt, used >= 1, ports.Time.GetUtcNow()) { Model = UsageWindow.ModelOf(kind) };
        Tell([window]);
        lock (_gate) return _windows.All.Single(w => (w.Account, w.Kind, w.Model) == (window.Account, window.Kind, window.Model));
    }

    private void Tell(IEnumerable<UsageWindow> told)
    {
        var changed = false;
        lock (_gate)
        {
            foreach (var window in told) changed |= _windows.Tell(window);
        }

        if (!changed) return;
        Apply();
        _changed.Writer.TryWrite(true);
    }

    /// <summary>
    /// Closes the lanes that a window holds, and opens those that none holds any more before its time had come. Whole, one after the other:
    /// an older closing that came to the gateway after a newer opening would stay.
    /// </summary>
    private void Apply()
    {
        lock (_applying)
        {
            foreach (var (account, model, until) in Changes())
            {
                if (until is { } time) ports.Gateway.CloseLanes(account, model, time);
                else
                {
                    ports.Gateway.OpenLanes(account, model);
                    _opened = true;
                }
            }
        }
    }

    private List<(string Account, string? Model, DateTimeOffset? Until)> Changes()
    {
        List<(string Account, string? Model, DateTimeOffset? Until)> changes = [];
        lock (_gate)
        {
            var now = ports.Time.GetUtcNow();
            var holds = _windows.Holds(Settings.Reserve, now)
                .GroupBy(h => (h.Window.Account, h.Window.Model))
                .ToDictionary(g => g.Key, g => g.Max(h => h.Until));
            foreach (var (key, until) in _held.ToList())
            {
                if (holds.TryGetValue(key, out var still) && still >= until) continue;
                _held.Remove(key);
                if (until > now) changes.Add((key.Account, key.Model, null));
            }

            foreach (var (key, until) in holds)
            {
                if (_held.TryGetValue(key, out var known) && known == until) continue;
                _held[key] = until;
                changes.Add((key.Account, key.Model, until));
            }
        }

        return changes;
    }

    /// <summary>
    /// Lets go on what waits for a window and is held by none any more. All that wait are looked at each time, and not what changed: a
    /// task may be put off at the very moment that its window opens, and a window that opens may leave another one closed for a while.
    /// </summary>
    private async Task WakeAsync(CancellationToken stop)
    {
        var now = ports.Time.GetUtcNow();
        foreach (var task in await ports.Book.Store.WaitingAsync(WaitKind.Window, stop))
        {
            // Its time comes by itself, and spread: what waited for a window that opened when it was to.
            var soon = task.Recovery.Limited > 1 ? s_grown : QuotaGate.LongestSpread;
            if (task.DueAt is { } due && due - now <= soon) continue;
            if (IsFree(task)) await ports.Book.TryApplyAsync(task, new TaskCommand.Enqueue(), stop);
        }
    }

    /// <summary>That its lane cannot be told now says nothing, unless nothing is held at all: it is looked at again with the next round.</summary>
    private bool IsFree(AgentTask task)
    {
        if (!HoldsAny) return true;
        return TaskLane.Of(ports, task) is { } lane && HoldOf(lane) is null;
    }

    private string Text()
    {
        lock (_gate)
        {
            var now = ports.Time.GetUtcNow();
            return JsonSerializer.Serialize([.. _windows.All.Where(w => w.Stands(now))], QuotaJson.Default.ListUsageWindow);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<UsageWindow>))]
internal sealed partial class QuotaJson : JsonSerializerContext;
