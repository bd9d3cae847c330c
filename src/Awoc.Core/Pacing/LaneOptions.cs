namespace Awoc.Core.Pacing;

/// <summary>The figures of a <see cref="LaneLimiter"/>.</summary>
public sealed record LaneOptions
{
    public static LaneOptions Default { get; } = new();

    /// <summary>Requests under way at once before an answer has come. Each accepted one then adds one, until the first sign of trouble.</summary>
    public double FirstInFlight { get; init; } = 8;

    /// <summary>Never more under way than this.</summary>
    public double MostInFlight { get; init; } = 1000;

    /// <summary>What is left of the concurrency after an overload or a broken connection.</summary>
    public double OverloadFactor { get; init; } = 0.5;

    /// <summary>What is left of the concurrency and, once one is known, of the rate after a refusal for a rate limit.</summary>
    public double RateFactor { get; init; } = 0.97;

    /// <summary>Time at the limit after which the rate is back where it was when it was refused; beyond it grows ever faster.</summary>
    public TimeSpan RateRecovery { get; init; } = TimeSpan.FromSeconds(14);

    /// <summary>The least pace, in requests a second, whatever was refused.</summary>
    public double LeastRate { get; init; } = 0.05;

    /// <summary>Requests that may follow each other at once after a pause, as time at the pace.</summary>
    public TimeSpan Burst { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Over how long accepted requests are counted for an estimate of the rate.</summary>
    public TimeSpan Memory { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A pace that nothing was refused under for so long is forgotten.</summary>
    public TimeSpan RateForgotten { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The first wait after an overload, or after a refusal that does not say how long; it doubles with each in a row.</summary>
    public TimeSpan FirstBackOff { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan LongestBackOff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A wait from this length on is a closed window: after it one request goes ahead alone.</summary>
    public TimeSpan Closure { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>No window is longer.</summary>
    public TimeSpan LongestClosure { get; init; } = TimeSpan.FromDays(8);
}
