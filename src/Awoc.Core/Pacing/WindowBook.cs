namespace Awoc.Core.Pacing;

/// <summary>The usage windows of all accounts, as they were last told of, and which lanes they hold. Pure: time comes as an argument.</summary>
public sealed class WindowBook
{
    /// <summary>Accounts come and go with their keys: beyond this the ones told of longest ago are forgotten.</summary>
    private const int Most = 500;

    private readonly Dictionary<(string Account, string Kind, string? Model), UsageWindow> _windows = [];

    public IReadOnlyCollection<UsageWindow> All => _windows.Values;

    /// <summary>Takes in what somebody tells; what is older than what is known of the same window is left out.</summary>
    /// <returns>False when nothing changed.</returns>
    public bool Tell(UsageWindow told)
    {
        ArgumentNullException.ThrowIfNull(told);
        var key = (told.Account, told.Kind, told.Model);
        if (told.ResetsAt is { } reset && (reset - told.At > UsageWindow.Longest || reset <= told.At)) told = told with { ResetsAt = null };
        if (_windows.TryGetValue(key, out var known))
        {
            if (told.At < known.At) return false;

            // Who tells of a refusal may say nothing of the share, and the other way round.
            var same = told.ResetsAt is null || known.ResetsAt is null || (told.ResetsAt - known.ResetsAt)!.Value.Duration() < TimeSpan.FromMinutes(1);
            if (same && known.Stands(told.At)) told = told with { Used = told.Used ?? known.Used, ResetsAt = told.ResetsAt ?? known.ResetsAt };
            if (known == told with { At = known.At })
            {
                _windows[key] = told;
                return false;
            }
        }

        _windows[key] = told;
        if (_windows.Count > Most) _windows.Remove(_windows.MinBy(w => w.Value.At).Key);
        return true;
    }

    /// <summary>The window that keeps a lane from going on, the one that opens last; null when none does.</summary>
    /// <param name="reserve">The share of a subscription's windows that is left to the person, from 0 to 1; null for none.</param>
    public WindowHold? HoldOf(LaneKey lane, double? reserve, DateTimeOffset now)
    {
        WindowHold? last = null;
        foreach (var window in _windows.Values)
        {
            if (window.Concerns(lane) && window.HoldAt(reserve, now) is { } hold && (last is null || hold.Until > last.Until)) last = hold;
        }

        return last;
    }

    /// <summary>Every window that holds lanes.</summary>
    public IEnumerable<WindowHold> Holds(double? reserve, DateTimeOffset now) =>
        _windows.Values.Select(window => window.HoldAt(reserve, now)).OfType<WindowHold>();
}

/// <summary>A window that holds lanes.</summary>
/// <param name="Reserved">It is open, and what is left of it is the person's own.</param>
public sealed record WindowHold(UsageWindow Window, DateTimeOffset Until, bool Reserved)
{
    /// <summary>For a person: <c>the usage window of anthropic (5h) opens at 14:30</c>.</summary>
    /// <param name="zone">Of the time.</param>
    public string Words(TimeZoneInfo zone, DateTimeOffset now)
    {
        var (local, today) = (TimeZoneInfo.ConvertTime(Until, zone), TimeZoneInfo.ConvertTime(now, zone));
        var when = local.Date == today.Date
            ? local.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture)
            : local.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
        var host = LaneKey.HostOf(Window.Account) is "api.anthropic.com" ? "anthropic" : LaneKey.HostOf(Window.Account);
        if (Window.Kind == UsageWindow.Api) return $"the limit of {host} ({Window.Model}) opens at {when}";
        return Reserved
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the rest of the usage window of {host} ({Window.Kind}, {Window.Used * 100:0} % used) is reserved for you; it begins anew at {when}")
            : $"the usage window of {host} ({Window.Kind}) opens at {when}";
    }
}
