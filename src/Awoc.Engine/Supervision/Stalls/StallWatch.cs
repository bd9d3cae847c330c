namespace Awoc.Engine.Supervision.Stalls;

/// <summary>
/// Tells a hung attempt from a silent one. A sign of life is a grown log, traffic at the gateway, or CPU used anywhere in the
/// process tree; a build that says nothing for half an hour has the latter, a hung connection has none of them. Time is
/// counted between looks, so that a clock that jumps or a daemon that was frozen counts for nothing.
/// </summary>
/// <param name="limit">Time without a sign of life that makes a stall.</param>
public sealed class StallWatch(TimeSpan limit)
{
    /// <summary>
    /// Share of one core below which CPU is no sign of life: Claude Code that waits uses 0.5 % (measured), a program that works
    /// more than this.
    /// </summary>
    public const double IdleShare = 0.03;

    /// <summary>While a tool call is under way: it may wait for what cannot be seen from here, such as a build in a container.</summary>
    public const int ToolPatience = 6;

    private LifeSigns? _last;

    /// <summary>How long there has been no sign of life.</summary>
    public TimeSpan Quiet { get; private set; }

    /// <summary>How long there may be none, as things stand: more while a tool call is under way.</summary>
    public TimeSpan Patience => _last is { ToolPending: true } ? limit * ToolPatience : limit;

    /// <summary>How often to look: a tenth of the limit, from a fifth of a second to 15 s.</summary>
    public TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(Math.Clamp(limit.TotalMilliseconds / 10, 200, 15_000));

    /// <summary>One look; true when the attempt counts as stalled.</summary>
    /// <param name="since">Time since the look before, by a clock that does not jump.</param>
    public bool Observe(LifeSigns signs, TimeSpan since)
    {
        if (_last is not { } before || signs.Excused || IsAlive(before, signs, since)) Quiet = TimeSpan.Zero;
        else Quiet += since < Interval * 2 ? since : Interval * 2;
        _last = signs;
        return Quiet >= Patience;
    }

    private static bool IsAlive(LifeSigns before, LifeSigns now, TimeSpan since) =>
        now.LogBytes != before.LogBytes
        || now.TrafficAt != before.TrafficAt
        || now.ToolPending != before.ToolPending
        || (now.TreeCpu is { } cpu && before.TreeCpu is { } cpuBefore && cpu - cpuBefore > since * IdleShare);
}
