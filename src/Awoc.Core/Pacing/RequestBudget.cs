namespace Awoc.Core.Pacing;

/// <summary>What rate-limit headers leave, as a bucket that fills evenly: how the API itself counts.</summary>
internal sealed class RequestBudget
{
    private double _left;
    private double _perSecond;
    private double _limit;
    private TimeSpan _at;
    private TimeSpan _until;

    /// <param name="pending">Requests that were under way when the answer came and have none yet: it may know of them or not.</param>
    public void Learn(BudgetSign sign, int pending, Moment now)
    {
        var fill = (sign.ResetsAt - now.Wall).TotalSeconds;
        if (sign.Limit <= 0 || fill <= 0)
        {
            // Whole by now, or nothing that can be reckoned with.
            _until = now.Steady;
            return;
        }

        (_left, _limit, _at) = (sign.Remaining - pending, sign.Limit, now.Steady);
        _perSecond = Math.Max(1, sign.Limit - sign.Remaining) / fill;
        _until = now.Steady + TimeSpan.FromSeconds(Math.Min(fill, 3600));
    }

    public void Take(Moment now)
    {
        Fill(now);
        _left--;
    }

    public void GiveBack() => _left = Math.Min(_limit, _left + 1);

    /// <summary>Until there is room for <paramref name="need"/> more; zero for none, also once the headers are too old to say.</summary>
    public TimeSpan Wait(double need, Moment now)
    {
        if (now.Steady >= _until) return TimeSpan.Zero;
        Fill(now);
        if (_left >= need) return TimeSpan.Zero;
        var wait = TimeSpan.FromSeconds((need - _left) / _perSecond);
        return wait < _until - now.Steady ? wait : _until - now.Steady;
    }

    private void Fill(Moment now)
    {
        if (now.Steady <= _at) return;
        _left = Math.Min(_limit, _left + (_perSecond * (now.Steady - _at).TotalSeconds));
        _at = now.Steady;
    }
}
