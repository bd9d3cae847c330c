namespace Awoc.Core.Pacing;

/// <summary>
/// How many requests a second may start: nothing is known until the first refusal, which is taken at what was accepted
/// around it. From there it goes a little below, rests near what it knows for a while, and then looks for more ever faster
/// (the curve of CUBIC), so that a limit is met seldom and a raised one is found.
/// </summary>
internal sealed class PaceRate(LaneOptions options)
{
    private const int MostRemembered = 2048;

    private readonly Queue<LaneTicket> _recent = [];
    private double? _top;
    private TimeSpan _busy;
    private TimeSpan _next;
    private TimeSpan? _lastStart;
    private TimeSpan _refusedAt;
    private TimeSpan? _learnAt;
    private double? _told;
    private bool _heldBack;

    /// <summary>Requests a second; null while no limit is known.</summary>
    public double? PerSecond => _top is { } top ? Math.Max(options.LeastRate, top * Growth()) : null;

    /// <summary>Until the next may start.</summary>
    public TimeSpan Wait(Moment now)
    {
        Learn(now);
        if (_top is null) return TimeSpan.Zero;
        if (now.Steady - _refusedAt > options.RateForgotten)
        {
            _top = null;
            return TimeSpan.Zero;
        }

        var wait = _next - now.Steady;
        if (wait > TimeSpan.Zero) _heldBack = true;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>Requests wait for something other than the pace: a pause after a refusal is no time at the limit.</summary>
    public void Interrupt() => _lastStart = null;

    public void Start(LaneTicket ticket, Moment now)
    {
        if (_recent.Count >= MostRemembered) _recent.Dequeue();
        _recent.Enqueue(ticket);
        Forget(now);
        if (PerSecond is { } rate)
        {
            // What was left unused in a short pause may be caught up with.
            var earliest = now.Steady - options.Burst;
            ticket.Turn = TimeSpan.FromSeconds(1 / rate);
            _next = (_next > earliest ? _next : earliest) + ticket.Turn;
            if (_heldBack && _lastStart is { } last) _busy += Min(now.Steady - last, options.RateRecovery);
        }

        _heldBack = false;
        _lastStart = now.Steady;
    }

    /// <summary>A request that was let through was not sent: its turn is another's. What was started after it is not called back.</summary>
    public void GiveBack(LaneTicket ticket) => _next -= ticket.Turn;

    /// <param name="hold">For how long nothing starts after it, where no pace is known yet.</param>
    /// <param name="told">Requests a second by what the API said; null where it did not.</param>
    public void Refused(TimeSpan hold, double? told, Moment now)
    {
        _refusedAt = now.Steady;
        if (PerSecond is not { } rate)
        {
            // A refusal comes at once, and the answers to what was accepted beside it take their time: the count is made after the pause.
            if (_learnAt is null || _learnAt < now.Steady + hold) _learnAt = now.Steady + hold;
            _told = told ?? _told;
            return;
        }

        // An estimate over a few answers is coarse: it counts only where the limit is plainly lower.
        var seen = Estimate(now.Steady + hold, now);
        _top = Math.Max(options.LeastRate, seen < rate * 0.7 ? Math.Max(seen, rate * 0.5) : rate);
        _busy = TimeSpan.Zero;
        _next = now.Steady;
    }

    private void Learn(Moment now)
    {
        if (_learnAt is not { } at || now.Steady < at) return;
        _learnAt = null;

        // Where nothing was accepted there is nothing to learn: fewer at once go on, and tell.
        if (Estimate(at, now) is not (> 0 and var seen)) return;
        // What the headers say is exact, where it is about the limit that was met.
        _top = Math.Max(options.LeastRate, _told is { } told && told > seen / 2 && told < seen * 2 ? told : seen);
        _busy = TimeSpan.Zero;
        _next = now.Steady;
    }

    /// <summary>The most a second that was taken over any time up to <paramref name="until"/>. What has no answer yet was not refused: refusals come at once.</summary>
    private double Estimate(TimeSpan until, Moment now)
    {
        Forget(now);
        var (most, count) = (0.0, _recent.Count(ticket => !ticket.Refused));
        foreach (var ticket in _recent)
        {
            if (ticket.Refused) continue;
            most = Math.Max(most, count / Math.Max(0.2, (until - ticket.StartedAt).TotalSeconds));
            count--;
        }

        return most;
    }

    private double Growth()
    {
        var reach = (_busy - options.RateRecovery) / options.RateRecovery;
        return Math.Min(1000, 1 + ((1 - options.RateFactor) * reach * reach * reach));
    }

    private void Forget(Moment now)
    {
        while (_recent.TryPeek(out var oldest) && now.Steady - oldest.StartedAt > options.Memory) _recent.Dequeue();
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
