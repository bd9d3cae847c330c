namespace Awoc.Core.Pacing;

/// <summary>
/// How many requests a second may start: nothing is known until the first refusal, which is taken at what was accepted
/// around it. From there it goes a little below, rests near what it knows for a while, and then looks for more ever faster
/// (the curve of CUBIC), so that a limit is met seldom and a raised one is found.
/// </summary>
internal sealed class PaceRate(LaneOptions options)
{
    private const int MostRemembered = 2048;

    private readonly Queue<TimeSpan> _accepted = [];
    private double? _top;
    private TimeSpan _busy;
    private TimeSpan _next;
    private TimeSpan? _lastStart;
    private TimeSpan _refusedAt;
    private bool _heldBack;

    /// <summary>Requests a second; null while no limit is known.</summary>
    public double? PerSecond => _top is { } top ? Math.Max(options.LeastRate, top * Growth()) : null;

    /// <summary>Until the next may start.</summary>
    public TimeSpan Wait(Moment now)
    {
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

    public void Start(Moment now)
    {
        if (PerSecond is { } rate)
        {
            // What was left unused in a short pause may be caught up with.
            var earliest = now.Steady - options.Burst;
            _next = (_next > earliest ? _next : earliest) + TimeSpan.FromSeconds(1 / rate);
            if (_heldBack && _lastStart is { } last) _busy += Min(now.Steady - last, options.RateRecovery);
        }

        _heldBack = false;
        _lastStart = now.Steady;
    }

    public void Accepted(Moment now)
    {
        if (_accepted.Count >= MostRemembered) _accepted.Dequeue();
        _accepted.Enqueue(now.Steady);
        Forget(now);
    }

    /// <param name="hold">For how long nothing starts after it.</param>
    public void Refused(TimeSpan hold, Moment now)
    {
        var seen = Estimate(hold, now);
        var before = PerSecond;
        // An estimate over a few answers is coarse: it counts where nothing better is known, and where the limit is plainly lower.
        var top = before is not { } rate ? seen : seen < rate * 0.7 ? Math.Max(seen, rate * 0.5) : rate;
        _top = Math.Max(options.LeastRate, top);
        _busy = TimeSpan.Zero;
        _refusedAt = now.Steady;
        _next = now.Steady + (before is null ? hold : TimeSpan.Zero);
    }

    /// <summary>The most that was accepted over any time up to the one when the next is let through.</summary>
    private double Estimate(TimeSpan hold, Moment now)
    {
        Forget(now);
        var (most, count) = (0.0, _accepted.Count);
        foreach (var at in _accepted)
        {
            most = Math.Max(most, count / Math.Max(0.2, (now.Steady + hold - at).TotalSeconds));
            count--;
        }

        return Math.Max(options.LeastRate, most);
    }

    private double Growth()
    {
        var reach = (_busy - options.RateRecovery) / options.RateRecovery;
        return Math.Min(1000, 1 + ((1 - options.RateFactor) * reach * reach * reach));
    }

    private void Forget(Moment now)
    {
        while (_accepted.TryPeek(out var oldest) && now.Steady - oldest > options.Memory) _accepted.Dequeue();
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
