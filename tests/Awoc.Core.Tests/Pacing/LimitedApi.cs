using Awoc.Core.Pacing;

namespace Awoc.Core.Tests.Pacing;

/// <summary>A model API that bears so many requests a second and answers 429 beyond it.</summary>
/// <param name="perSecond">Its capacity.</param>
/// <param name="steps">Counts whole seconds, each for itself; else a bucket that fills evenly and holds a second's worth.</param>
/// <param name="tells">Sends rate-limit headers with each answer.</param>
internal sealed class LimitedApi(double perSecond, bool steps, bool tells, DateTimeOffset began)
{
    private double _short;
    private TimeSpan _filled;
    private long _second = -1;
    private int _inSecond;

    public int Accepted { get; private set; }
    public int Refused { get; private set; }

    /// <summary>The status, and what is said about limits.</summary>
    public (int Status, LimitSigns Signs) Ask(TimeSpan at)
    {
        var (fits, retry) = steps ? TakeOfSecond(at) : TakeOfBucket(at);
        if (fits) Accepted++;
        else Refused++;
        var signs = new LimitSigns
        {
            // Whole seconds, as the header has them.
            RetryAfter = fits ? null : TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(retry.TotalSeconds))),
            Requests = tells && !steps
                ? new BudgetSign((long)perSecond, (long)(perSecond - _short), began + at + TimeSpan.FromSeconds(_short / perSecond))
                : null,
        };
        return (fits ? 200 : 429, signs);
    }

    private (bool Fits, TimeSpan Retry) TakeOfBucket(TimeSpan at)
    {
        _short = Math.Max(0, _short - ((at - _filled).TotalSeconds * perSecond));
        _filled = at;
        if (_short > perSecond - 1) return (false, TimeSpan.FromSeconds((_short - perSecond + 1) / perSecond));
        _short++;
        return (true, default);
    }

    private (bool Fits, TimeSpan Retry) TakeOfSecond(TimeSpan at)
    {
        var second = (long)at.TotalSeconds;
        if (second != _second) (_second, _inSecond) = (second, 0);
        if (_inSecond >= perSecond) return (false, TimeSpan.FromSeconds(second + 1) - at);
        _inSecond++;
        return (true, default);
    }
}
