namespace Awoc.Core.Pacing;

/// <summary>
/// Decides when the requests of one lane start, so that a limit of the model API is met seldom and nothing falls over when
/// it is. Concurrency grows with what is accepted and shrinks by a factor with what is not; the rate is learnt from
/// refusals and from rate-limit headers; a closed window holds the lane until it opens, and then one request goes ahead.
/// <para>
/// Pure: time comes as an argument, and whoever asks has the lock. At least one request is always let through once
/// nothing is closed, whatever was refused before.
/// </para>
/// </summary>
public sealed class LaneLimiter(LaneOptions options)
{
    private readonly PaceRate _rate = new(options);
    private readonly RequestBudget _requests = new();
    private readonly Dictionary<int, RequestBudget> _tokens = [];
    private double _allowed = options.FirstInFlight;
    private double _threshold = options.MostInFlight;
    private int _inFlight;
    private int _unanswered;
    private long _number;
    private long _shrunkAt;
    private int _streak;
    private TimeSpan _heldUntil;
    private Closing? _closed;
    private bool _probing;
    private long _probe;

    public LaneLimiter() : this(LaneOptions.Default)
    {
    }

    /// <summary>Requests under way.</summary>
    public int InFlight => _inFlight;

    /// <summary>How many may be under way at once.</summary>
    public int Allowed => Math.Max(1, (int)_allowed);

    /// <summary>A window has opened, and the request that went ahead has no answer yet: the others wait for it.</summary>
    public bool Probing => _probing;

    /// <summary>Requests a second that may start; null while no such limit is known.</summary>
    public double? Rate => _rate.PerSecond;

    /// <summary>When the window opens that is closed; null when none is.</summary>
    public DateTimeOffset? OpensAt(Moment now) => UntilOpen(now) is { } wait ? now.Wall + wait : null;

    /// <summary>Asks to start one more request.</summary>
    public LaneDecision TryStart(Moment now)
    {
        if (UntilOpen(now) is { } closed) return Wait(closed);
        if (_heldUntil > now.Steady) return Wait(_heldUntil - now.Steady);
        if (_probing && _probe != 0) return new LaneDecision(null, null);
        if (!_probing && _inFlight >= Allowed) return new LaneDecision(null, null);

        // With nothing under way there is nobody whose answer could bring news: headers may hold a lane back, never for good.
        var wait = Max(_rate.Wait(now), BudgetWait(now));
        if (wait > TimeSpan.Zero) return new LaneDecision(null, wait);
        var ticket = new LaneTicket(++_number, now.Steady);
        _inFlight++;
        _unanswered++;
        if (_probing) _probe = ticket.Number;
        _rate.Start(ticket, now);
        _requests.Take(now);
        return new LaneDecision(ticket, null);
    }

    /// <summary>The head of an answer has come.</summary>
    public void Answered(LaneTicket ticket, int status, LimitSigns signs, Moment now)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        ArgumentNullException.ThrowIfNull(signs);
        if (ticket.Answered || ticket.Done) return;
        ticket.Answered = true;
        _unanswered--;
        if (signs.Requests is { } requests) _requests.Learn(requests, _unanswered, now);
        for (var i = 0; i < signs.Tokens.Count; i++)
        {
            if (!_tokens.TryGetValue(i, out var budget)) _tokens[i] = budget = new RequestBudget();
            budget.Learn(signs.Tokens[i], 0, now);
        }

        switch (status)
        {
            case 429:
                Refused(ticket, signs, now);
                break;
            case 529:
                Overloaded(ticket, now);
                break;
            default:
                Accepted(ticket, now);
                break;
        }
    }

    /// <summary>No answer came: the connection could not be made, or broke.</summary>
    public void Failed(LaneTicket ticket, Moment now)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        if (ticket.Answered || ticket.Done) return;
        ticket.Answered = true;
        _unanswered--;
        Overloaded(ticket, now);
    }

    /// <summary>The request was not sent: nothing is learnt from it.</summary>
    public void GiveBack(LaneTicket ticket)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        if (ticket is { Answered: false, Done: false })
        {
            ticket.Refused = true;
            _rate.GiveBack(ticket);
            _requests.GiveBack();
        }

        Done(ticket);
    }

    /// <summary>The request is over. Idempotent.</summary>
    public void Done(LaneTicket ticket)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        if (ticket.Done) return;
        ticket.Done = true;
        _inFlight--;
        if (!ticket.Answered) _unanswered--;
        if (_probe == ticket.Number) _probe = 0;
    }

    /// <summary>Nothing starts before <paramref name="until"/>. A window that is closed for longer stays so.</summary>
    public void Close(DateTimeOffset until, Moment now)
    {
        var left = until - now.Wall;
        if (left <= TimeSpan.Zero) return;
        if (left > options.LongestClosure) left = options.LongestClosure;
        if (UntilOpen(now) is { } known && known >= left) return;
        _closed = new Closing(now.Wall + left, now.Steady + left);
    }

    /// <summary>What was closed is open: somebody knows better.</summary>
    public void Open()
    {
        if (_closed is null) return;
        _closed = null;
        Probe();
    }

    private void Accepted(LaneTicket ticket, Moment now)
    {
        _streak = 0;
        if (_probing && ticket.Number == _probe) _probing = false;
        // What is not used says nothing about what would be borne.
        if (_inFlight * 2 < _allowed) return;
        _allowed = Math.Min(options.MostInFlight, _allowed + (_allowed < _threshold ? 1 : 1.0 / Allowed));
    }

    private void Refused(LaneTicket ticket, LimitSigns signs, Moment now)
    {
        _streak++;
        ticket.Refused = true;
        var untilReset = signs.ResetsAt is { } at && at > now.Wall ? at - now.Wall : (TimeSpan?)null;

        // A subscription's window is closed until it resets. Of another limit the reset is when it is whole again, and retry-after
        // when there is room for one more.
        var wait = signs.Windows.Any(w => w.Closed is true) ? untilReset ?? signs.RetryAfter ?? BackOff() : signs.RetryAfter ?? untilReset ?? BackOff();
        if (wait >= options.Closure)
        {
            Close(now.Wall + wait, now);
            return;
        }

        if (!IsNews(ticket)) return;

        // Where the pace is known, the request that was refused was one too many, and the next comes in its turn: a whole lane that
        // waits for what one had to wait for would leave the API idle.
        Hold(_rate.PerSecond is { } rate ? Min(wait, TimeSpan.FromSeconds(1 / rate)) : wait, now);
        _allowed = _threshold = Math.Max(1, Math.Min(_allowed, _inFlight) * options.RateFactor);
        _rate.Refused(wait, Told(signs, now), now);
    }

    private void Overloaded(LaneTicket ticket, Moment now)
    {
        ticket.Refused = true;
        if (!IsNews(ticket)) return;
        _streak++;
        _allowed = _threshold = Math.Max(1, Math.Min(_allowed, _inFlight) * options.OverloadFactor);
        Hold(BackOff(), now);
    }

    /// <summary>How fast what is used up fills again, by the headers of a refusal.</summary>
    private static double? Told(LimitSigns signs, Moment now) =>
        signs.Requests is { Limit: > 0, Remaining: <= 1 } budget && (budget.ResetsAt - now.Wall).TotalSeconds is > 0.05 and var fill
            ? (budget.Limit - budget.Remaining) / fill
            : null;

    /// <summary>Of requests that started together and fared alike, the first tells all there is to learn.</summary>
    private bool IsNews(LaneTicket ticket)
    {
        if (ticket.Number <= _shrunkAt) return false;
        _shrunkAt = _number;
        return true;
    }

    private TimeSpan BackOff()
    {
        var wait = options.FirstBackOff * Math.Pow(2, Math.Min(_streak - 1, 16));
        return wait < options.LongestBackOff ? wait : options.LongestBackOff;
    }

    private void Hold(TimeSpan time, Moment now)
    {
        _rate.Interrupt();
        if (now.Steady + time > _heldUntil) _heldUntil = now.Steady + time;
    }

    /// <summary>
    /// Until the closed window opens; null when none is closed. It opens by whichever clock is first: one that was set back must not
    /// keep it closed, nor one that stood still while the machine slept.
    /// </summary>
    private TimeSpan? UntilOpen(Moment now)
    {
        if (_closed is not { } closed) return null;
        var wait = Min(closed.Wall - now.Wall, closed.Steady - now.Steady);
        if (wait > TimeSpan.Zero) return wait;
        _closed = null;
        Probe();
        return null;
    }

    private void Probe()
    {
        (_probing, _probe) = (true, 0);
        // A closed window says nothing about how many requests at once the API bears.
        _threshold = Math.Max(_allowed, options.FirstInFlight);
        _allowed = 1;
        _heldUntil = default;
        _rate.Interrupt();
    }

    private TimeSpan BudgetWait(Moment now)
    {
        const double TokenReserve = 1;
        var wait = _requests.Wait(1, now);
        foreach (var budget in _tokens.Values) wait = Max(wait, budget.Wait(TokenReserve, now));
        return wait;
    }

    private static LaneDecision Wait(TimeSpan time) => new(null, time);

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private readonly record struct Closing(DateTimeOffset Wall, TimeSpan Steady);
}
