using Awoc.Core.Pacing;
using Awoc.Gateway.Attempts;

namespace Awoc.Gateway.Pacing;

/// <summary>One limiter, those who wait for it, and the timer that lets them go on.</summary>
internal sealed class Lane : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LaneLimiter _limiter;
    private readonly FairQueue<AttemptAccount, Waiter> _waiting = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Action<LaneKey, int, LimitSigns> _seen;
    private long _accepted;
    private long _refused;

    /// <param name="seen">Told of each answer that says something of a limit.</param>
    public Lane(LaneKey key, LaneOptions options, TimeProvider time, Action<LaneKey, int, LimitSigns> seen)
    {
        (Key, _limiter, _time, _seen) = (key, new LaneLimiter(options), time, seen);
        _timer = time.CreateTimer(static lane => ((Lane)lane!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public LaneKey Key { get; }

    /// <summary>Nothing is under way or waits, and nothing was learnt that would be lost with it.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate) return _limiter is { InFlight: 0, Rate: null } && _waiting.Count == 0 && _limiter.OpensAt(Now) is null;
        }
    }

    public DateTimeOffset? OpensAt
    {
        get
        {
            lock (_gate) return _limiter.OpensAt(Now);
        }
    }

    public LaneState State
    {
        get
        {
            lock (_gate) return new LaneState(Key, _limiter.InFlight, _limiter.Allowed, _waiting.Count, _limiter.Rate, _limiter.OpensAt(Now), _accepted, _refused);
        }
    }

    private Moment Now => Moment.Of(_time);

    /// <summary>Its turn, where it is now; null where it would have to wait.</summary>
    public LanePass? TryEnter()
    {
        lock (_gate) return _waiting.Count == 0 && _limiter.TryStart(Now).Ticket is { } ticket ? new LanePass(this, ticket) : null;
    }

    /// <summary>Waits for the request's turn.</summary>
    /// <returns>Null when it did not come in time.</returns>
    /// <exception cref="OperationCanceledException">The client has left, or the attempt is over.</exception>
    public async ValueTask<LanePass?> EnterAsync(AttemptAccount account, TimeSpan patience, CancellationToken left)
    {
        Waiter waiter;
        LinkedListNode<Waiter> place;
        lock (_gate)
        {
            if (TryEnter() is { } pass) return pass;
            waiter = new Waiter(account);
            place = _waiting.Add(account, waiter);
            PumpLocked();
        }

        account.PaceBegins(this);
        try
        {
            return new LanePass(this, await waiter.Started.WaitAsync(patience, _time, left));
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                // It may have been started in this very moment.
                if (!_waiting.Remove(account, place) && waiter.Started is { IsCompletedSuccessfully: true, Result: var ticket }) _limiter.GiveBack(ticket);
                PumpLocked();
            }

            if (e is TimeoutException) return null;
            throw;
        }
        finally
        {
            account.PaceEnds(this);
        }
    }

    public void Close(DateTimeOffset until) => Change(limiter => limiter.Close(until, Now));

    /// <summary>What was closed is open.</summary>
    /// <param name="still">What keeps it closed all the same.</param>
    public void Open(IReadOnlyList<DateTimeOffset> still) => Change(limiter =>
    {
        limiter.Open();
        foreach (var until in still) limiter.Close(until, Now);
    });

    public void Answered(LaneTicket ticket, int status, LimitSigns signs)
    {
        if (status is 429 or 529) Interlocked.Increment(ref _refused);
        else Interlocked.Increment(ref _accepted);
        Change(limiter => limiter.Answered(ticket, status, signs, Now));
        if (status == 429 || signs.Windows.Count > 0) _seen(Key, status, signs);
    }

    public void Failed(LaneTicket ticket) => Change(limiter => limiter.Failed(ticket, Now));

    public void GiveBack(LaneTicket ticket) => Change(limiter => limiter.GiveBack(ticket));

    public void Done(LaneTicket ticket) => Change(limiter => limiter.Done(ticket));

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_gate) PumpLocked();
    }

    /// <summary>Those who wait are told when a window closes on them: with no lock held, since they ask back.</summary>
    private void Change(Action<LaneLimiter> what)
    {
        List<AttemptAccount>? told = null;
        lock (_gate)
        {
            var before = _limiter.OpensAt(Now);
            what(_limiter);
            PumpLocked();
            if (_waiting.Count > 0 && _limiter.OpensAt(Now) is { } opens && before is null | before < opens) told = [.. _waiting.Items.Select(w => w.Account).Distinct()];
        }

        if (told is null) return;
        foreach (var account in told) account.PaceChanged();
    }

    private void PumpLocked()
    {
        while (_waiting.Count > 0)
        {
            var decision = _limiter.TryStart(Now);
            if (decision.Ticket is { } ticket)
            {
                _waiting.Take()!.Start(ticket);
                continue;
            }

            // A clock that is set while a window is closed must not be missed for long.
            var again = decision.AskAgain is { } wait ? wait < s_longestSleep ? wait : s_longestSleep : Timeout.InfiniteTimeSpan;
            _timer.Change(again, Timeout.InfiniteTimeSpan);
            return;
        }
    }

    private static readonly TimeSpan s_longestSleep = TimeSpan.FromSeconds(30);

    private sealed class Waiter(AttemptAccount account)
    {
        private readonly TaskCompletionSource<LaneTicket> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public AttemptAccount Account => account;
        public Task<LaneTicket> Started => _started.Task;

        public void Start(LaneTicket ticket) => _started.TrySetResult(ticket);
    }
}

/// <summary>One request's leave to be under way in a lane, until it is disposed of.</summary>
internal sealed class LanePass(Lane lane, LaneTicket ticket) : IDisposable
{
    public Lane Lane => lane;

    public void Answered(int status, LimitSigns signs) => lane.Answered(ticket, status, signs);

    public void Failed() => lane.Failed(ticket);

    /// <summary>It does not go now after all: another may.</summary>
    public void GiveBack() => lane.GiveBack(ticket);

    public void Dispose() => lane.Done(ticket);
}
