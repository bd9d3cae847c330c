using Awoc.Core.Tasks;

namespace Awoc.Core.Budgets;

/// <summary>
/// The way from a spent budget to the end of an attempt, one step at a time: the work is stopped, the report asked for, the
/// agent let go. Each step follows from what is there (<see cref="LandingFacts"/>), so that another daemon that finds the same
/// goes on at the same step.
/// </summary>
public sealed class SoftLanding
{
    /// <summary>From a refused model call to the end of the turn, after which the turn is interrupted: Claude Code needs 13 to 83 ms, unless a tool runs.</summary>
    public static TimeSpan EndPatience { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The same while answers of sub-agents still come, whose tokens are granted already.</summary>
    public static TimeSpan AnswerPatience { get; } = TimeSpan.FromSeconds(60);

    /// <summary>From the interrupt to the end of the turn, after which the attempt is ended by its ladder.</summary>
    public static TimeSpan InterruptPatience { get; } = TimeSpan.FromSeconds(10);

    /// <summary>For the report turn; where the time budget is the one that is spent, the deadline bounds it.</summary>
    public static TimeSpan ReportTime { get; } = TimeSpan.FromSeconds(120);

    /// <summary>From the end of the conversation to the end of the process.</summary>
    public static TimeSpan ExitPatience { get; } = TimeSpan.FromSeconds(30);

    private TimeSpan? _stoppedAt;
    private TimeSpan? _interruptedAt;
    private TimeSpan? _reportedAt;
    private TimeSpan? _closedAt;
    private bool _ended;

    /// <summary>The budget that is spent; null while the work goes on.</summary>
    public EndReason? Limit { get; private set; }

    /// <summary>The landing that an earlier daemon began; its patience begins anew.</summary>
    public void Recall(EndReason limit) => Limit = limit;

    /// <summary>
    /// What is to be done now. Asked again after each move, until it says to wait; and again whenever something has changed
    /// or the wait is over.
    /// </summary>
    public LandingMove Next(LandingFacts facts)
    {
        if (_ended) return new LandingMove.Wait(null);
        if (Limit is null) return AtWork(facts);
        _stoppedAt ??= facts.Now;
        if (facts.Closed) return AfterClose(facts);
        if (facts.ReportOver || (!facts.TurnUnderWay && !NeedsReport(facts))) return new LandingMove.Close();
        if (facts.ReportSaid) return InReport(facts);
        return facts.TurnUnderWay ? Stopping(facts) : new LandingMove.Report();
    }

    /// <summary>
    /// The budget that ended an attempt with this last end event; null for none. A main thread that came to a good end of its own
    /// before the report was asked for was not landed.
    /// </summary>
    public EndReason? LandedBy(bool reportSaid, bool endedWell) => reportSaid || !endedWell ? Limit : null;

    private LandingMove AtWork(LandingFacts facts)
    {
        if (facts.Closed) return new LandingMove.Wait(null);
        if (!facts.TurnUnderWay && facts.LastEndFailed is false) return new LandingMove.Close();
        if (facts.Refused is { } refused) return Begin(refused);
        if (!facts.TurnUnderWay) return new LandingMove.Close();
        if (facts.SoftDeadline is not { } soft || !facts.CanSpeak) return new LandingMove.Wait(null);
        return facts.Now < soft ? new LandingMove.Wait(soft - facts.Now) : Begin(EndReason.Deadline);
    }

    private LandingMove.Begin Begin(EndReason limit)
    {
        Limit = limit;
        return new LandingMove.Begin(limit);
    }

    /// <summary>The turn goes on although its budget is spent.</summary>
    private LandingMove Stopping(LandingFacts facts)
    {
        if (facts.Interrupted)
        {
            _interruptedAt ??= facts.Now;
            return Until(_interruptedAt.Value + InterruptPatience, facts, new LandingMove.Stop());
        }

        if (!facts.CanSpeak) return Until(_stoppedAt!.Value + EndPatience, facts, new LandingMove.Stop());
        if (Limit == EndReason.Deadline) return new LandingMove.Interrupt();
        return Until(_stoppedAt!.Value + (facts.CallsOpen ? AnswerPatience : EndPatience), facts, new LandingMove.Interrupt());
    }

    private LandingMove InReport(LandingFacts facts)
    {
        _reportedAt ??= facts.Now;
        return Limit == EndReason.Deadline
            ? new LandingMove.Wait(null)
            : Until(_reportedAt.Value + ReportTime, facts, new LandingMove.Stop());
    }

    private LandingMove AfterClose(LandingFacts facts)
    {
        _closedAt ??= facts.Now;
        return Limit == EndReason.Deadline
            ? new LandingMove.Wait(null)
            : Until(_closedAt.Value + ExitPatience, facts, new LandingMove.Stop());
    }

    private LandingMove Until(TimeSpan at, LandingFacts facts, LandingMove then)
    {
        if (facts.Now < at) return new LandingMove.Wait(at - facts.Now);
        if (then is LandingMove.Stop) _ended = true;
        return then;
    }

    private static bool NeedsReport(LandingFacts facts) => facts is { LastEndFailed: true, CanSpeak: true };
}

/// <summary>What a landing is decided from.</summary>
public sealed record LandingFacts
{
    /// <summary>Running time of the attempt.</summary>
    public required TimeSpan Now { get; init; }

    /// <summary>The agent can be told something.</summary>
    public required bool CanSpeak { get; init; }

    public required bool TurnUnderWay { get; init; }

    /// <summary>The turn under way was told to stop.</summary>
    public bool Interrupted { get; init; }

    public bool ReportSaid { get; init; }

    /// <summary>The report turn has ended.</summary>
    public bool ReportOver { get; init; }

    /// <summary>The agent was told that nothing more comes.</summary>
    public bool Closed { get; init; }

    /// <summary>Whether the last turn that ended did so with an error; null when none has ended.</summary>
    public bool? LastEndFailed { get; init; }

    /// <summary>The budget for which model calls are refused; null while they are not.</summary>
    public EndReason? Refused { get; init; }

    /// <summary>Model calls that were granted before are still being answered.</summary>
    public bool CallsOpen { get; init; }

    /// <summary>Running time at which the work is stopped for the report; null for never.</summary>
    public TimeSpan? SoftDeadline { get; init; }
}

/// <summary>A step of a landing.</summary>
public abstract record LandingMove
{
    private LandingMove()
    {
    }

    /// <summary>Nothing to do; look again after <paramref name="For"/>, or when something changes.</summary>
    public sealed record Wait(TimeSpan? For) : LandingMove;

    /// <summary>The work's share is spent: to be noted.</summary>
    public sealed record Begin(EndReason Limit) : LandingMove;

    /// <summary>Stop the turn under way; the process stays.</summary>
    public sealed record Interrupt : LandingMove;

    /// <summary>Ask for the report.</summary>
    public sealed record Report : LandingMove;

    /// <summary>Nothing more is to be said.</summary>
    public sealed record Close : LandingMove;

    /// <summary>End the attempt by its ladder.</summary>
    public sealed record Stop : LandingMove;
}
