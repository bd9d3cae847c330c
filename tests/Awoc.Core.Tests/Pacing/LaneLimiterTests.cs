using Awoc.Core.Pacing;
using CsCheck;

namespace Awoc.Core.Tests.Pacing;

public sealed class LaneLimiterTests
{
    private static readonly DateTimeOffset s_began = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    private static readonly Moment s_start = new(TimeSpan.FromHours(1), s_began);

    private enum Verb
    {
        Ask,
        Accept,
        Refuse,
        Overload,
        Break,
        Finish,
        Close,
        Wait,
        JumpWall,
    }

    [Fact]
    public void TryStart_WhateverHappens_NeverMoreThanAllowedNeverInAClosedWindowAndNeverStuck() =>
        Gen.Select(Gen.Enum<Verb>(), Gen.Int[0, 10_000]).Array[1, 120].Sample(
            steps =>
            {
                var (lane, now) = (new LaneLimiter(), s_start);
                List<LaneTicket> under = [];
                foreach (var (verb, amount) in steps)
                {
                    var ticket = under.Count > 0 ? under[amount % under.Count] : null;
                    switch (verb)
                    {
                        case Verb.Ask:
                            var closed = lane.OpensAt(now) is not null;
                            var decision = lane.TryStart(now);
                            if (decision.Ticket is { } started)
                            {
                                under.Add(started);
                                Assert.False(closed);

                                // The one that goes ahead does so beside those that were under way when the window closed.
                                if (!lane.Probing) Assert.InRange(lane.InFlight, 1, lane.Allowed);
                                else Assert.Null(lane.TryStart(now).Ticket);
                            }
                            else Assert.True(decision.AskAgain is { } again ? again > TimeSpan.Zero : under.Count > 0);

                            break;
                        case Verb.Accept when ticket is not null:
                            lane.Answered(ticket, 200, Signs(amount, now), now);
                            break;
                        case Verb.Refuse when ticket is not null:
                            lane.Answered(ticket, 429, Signs(amount, now) with { RetryAfter = amount % 3 == 0 ? null : TimeSpan.FromSeconds(amount % 400) }, now);
                            break;
                        case Verb.Overload when ticket is not null:
                            lane.Answered(ticket, 529, LimitSigns.None, now);
                            break;
                        case Verb.Break when ticket is not null:
                            lane.Failed(ticket, now);
                            break;
                        case Verb.Finish when ticket is not null:
                            lane.Done(ticket);
                            under.Remove(ticket);
                            break;
                        case Verb.Close:
                            lane.Close(now.Wall.AddSeconds(amount - 100), now);
                            break;
                        case Verb.Wait:
                            now = now.After(TimeSpan.FromMilliseconds(amount));
                            break;
                        case Verb.JumpWall:
                            now = now with { Wall = now.Wall.AddSeconds((amount - 5_000) * 10) };
                            break;
                    }
                }

                // Whatever was said: with all answered, it goes on within the longest time that anything said.
                foreach (var ticket in under) lane.Done(ticket);
                Assert.Equal(0, lane.InFlight);
                var waited = TimeSpan.Zero;
                for (var tries = 0; ; tries++)
                {
                    var decision = lane.TryStart(now);
                    if (decision.Ticket is not null) break;
                    Assert.True(tries < 200 && decision.AskAgain is not null, "stuck");
                    waited += decision.AskAgain.Value;
                    now = now.After(decision.AskAgain.Value);
                }

                Assert.InRange(waited, TimeSpan.Zero, TimeSpan.FromSeconds(10_000 + 3600));
            },
            iter: 20_000);

    [Fact]
    public void Answered_ClosedWindow_HoldsTheLaneAndThenOneGoesAhead()
    {
        var (lane, now) = (new LaneLimiter(), s_start);
        var first = lane.TryStart(now).Ticket!;
        lane.Answered(first, 429, new LimitSigns { RetryAfter = TimeSpan.FromHours(2) }, now);
        lane.Done(first);

        Assert.Equal(TimeSpan.FromHours(2), lane.TryStart(now).AskAgain);
        Assert.Equal(s_began.AddHours(2), lane.OpensAt(now));
        now = now.After(TimeSpan.FromHours(2));
        var probe = lane.TryStart(now).Ticket;
        Assert.NotNull(probe);
        Assert.Null(lane.TryStart(now).Ticket);

        // The one that went ahead broke off: the next goes ahead in its place.
        lane.Done(probe);
        var next = lane.TryStart(now).Ticket!;
        Assert.NotNull(next);
        lane.Answered(next, 200, LimitSigns.None, now);
        Assert.NotNull(lane.TryStart(now).Ticket);
    }

    [Fact]
    public void GiveBack_AtAKnownPace_LeavesTheTurnToTheNext()
    {
        var lane = new LaneLimiter();
        var under = Enumerable.Range(0, lane.Allowed).Select(_ => lane.TryStart(s_start).Ticket!).ToList();
        var now = s_start.After(TimeSpan.FromSeconds(1));
        foreach (var accepted in under.Skip(1)) lane.Answered(accepted, 200, LimitSigns.None, now);
        lane.Answered(under[0], 429, LimitSigns.None with { RetryAfter = TimeSpan.FromSeconds(1) }, now);
        foreach (var ticket in under) lane.Done(ticket);
        now = now.After(TimeSpan.FromSeconds(1.1));

        LaneTicket? last = null;
        LaneDecision decision;
        while ((decision = lane.TryStart(now)).Ticket is { } started) last = started;
        Assert.NotNull(lane.Rate);
        var wait = decision.AskAgain!.Value;

        lane.GiveBack(last!);
        Assert.NotNull(lane.TryStart(now).Ticket);
        Assert.Equal(wait.TotalSeconds, lane.TryStart(now).AskAgain!.Value.TotalSeconds, 3);
    }

    [Fact]
    public void Close_ClockSetBackAnHour_OpensAfterTheTimeThatItWasToBeClosed()
    {
        var (lane, now) = (new LaneLimiter(), s_start);
        lane.Close(now.Wall.AddMinutes(10), now);
        now = now with { Wall = now.Wall.AddHours(-1) };
        Assert.NotNull(lane.OpensAt(now));
        Assert.NotNull(lane.TryStart(now.After(TimeSpan.FromMinutes(10))).Ticket);
    }

    [Fact]
    public void Close_MachineSlept_OpensByTheTimeOfDay()
    {
        var (lane, now) = (new LaneLimiter(), s_start);
        lane.Close(now.Wall.AddHours(3), now);
        Assert.NotNull(lane.TryStart(new Moment(now.Steady + TimeSpan.FromSeconds(1), now.Wall.AddHours(3))).Ticket);
    }

    [Fact]
    public void Answered_Overloads_HalveOncePerRoundAndGrowAgainByOne()
    {
        var (lane, now) = (new LaneLimiter(), s_start);
        List<LaneTicket> eight = [];
        for (var i = 0; i < 8; i++) eight.Add(lane.TryStart(now).Ticket!);
        foreach (var ticket in eight) lane.Answered(ticket, 529, LimitSigns.None, now);
        Assert.Equal(4, lane.Allowed);
        foreach (var ticket in eight) lane.Done(ticket);
        now = now.After(TimeSpan.FromMinutes(1));
        for (var round = 0; round < 2; round++)
        {
            List<LaneTicket> started = [];
            while (lane.TryStart(now).Ticket is { } ticket) started.Add(ticket);
            Assert.Equal(4 + round, started.Count);
            foreach (var ticket in started) lane.Answered(ticket, 200, LimitSigns.None, now);
            foreach (var ticket in started) lane.Done(ticket);
        }
    }

    [Fact]
    public void Answered_HeadersSayNothingIsLeft_WaitsForWhatFills()
    {
        var (lane, now) = (new LaneLimiter(), s_start);
        var first = lane.TryStart(now).Ticket!;
        lane.Answered(first, 200, new LimitSigns { Requests = new BudgetSign(60, 0, now.Wall.AddSeconds(60)) }, now);
        lane.Done(first);
        Assert.Equal(1, lane.TryStart(now).AskAgain!.Value.TotalSeconds, 3);
        Assert.NotNull(lane.TryStart(now.After(TimeSpan.FromSeconds(1))).Ticket);
    }

    private static LimitSigns Signs(int amount, Moment now) => amount % 4 != 0 ? LimitSigns.None : new LimitSigns
    {
        Requests = new BudgetSign(amount % 50, amount % 7, now.Wall.AddSeconds((amount % 700) - 50)),
        Tokens = [new BudgetSign(amount, amount % 2, now.Wall.AddSeconds(amount % 90))],
    };
}
