using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Core.Tests.Budgets;

public sealed class SoftLandingTests
{
    private static readonly LandingFacts s_working = new()
    {
        Now = TimeSpan.FromSeconds(1),
        CanSpeak = true,
        TurnUnderWay = true,
        SoftDeadline = TimeSpan.FromSeconds(90),
    };

    [Fact]
    public void Next_AtWork_WaitsForTheSoftDeadline() =>
        Assert.Equal(new LandingMove.Wait(TimeSpan.FromSeconds(89)), new SoftLanding().Next(s_working));

    [Fact]
    public void Next_TurnEndedWell_ClosesWithoutAReport()
    {
        var landing = new SoftLanding();
        Assert.IsType<LandingMove.Close>(landing.Next(s_working with { TurnUnderWay = false, LastEndFailed = false }));
        Assert.Null(landing.LandedBy(reportSaid: false, endedWell: true));
    }

    [Fact]
    public void Next_TurnEndedWellAfterASubAgentWasRefused_ClosesWithoutAReport() => Assert.IsType<LandingMove.Close>(
        new SoftLanding().Next(s_working with { TurnUnderWay = false, LastEndFailed = false, Refused = EndReason.Tokens }));

    [Fact]
    public void Next_TurnFailedForAnotherReason_ClosesWithoutAReport() =>
        Assert.IsType<LandingMove.Close>(new SoftLanding().Next(s_working with { TurnUnderWay = false, LastEndFailed = true }));

    [Fact]
    public void Next_Refused_NotesThenWaitsForTheTurnsEndThenReportsThenCloses()
    {
        var landing = new SoftLanding();
        var refused = s_working with { Refused = EndReason.Tokens };
        Assert.Equal(new LandingMove.Begin(EndReason.Tokens), landing.Next(refused));
        Assert.Equal(new LandingMove.Wait(SoftLanding.EndPatience), landing.Next(refused));
        var ended = refused with { TurnUnderWay = false, LastEndFailed = true };
        Assert.IsType<LandingMove.Report>(landing.Next(ended));
        var reporting = ended with { TurnUnderWay = true, ReportSaid = true };
        Assert.Equal(new LandingMove.Wait(SoftLanding.ReportTime), landing.Next(reporting));
        var over = reporting with { TurnUnderWay = false, ReportOver = true, LastEndFailed = false };
        Assert.IsType<LandingMove.Close>(landing.Next(over));
        Assert.Equal(new LandingMove.Wait(SoftLanding.ExitPatience), landing.Next(over with { Closed = true }));
        Assert.Equal(EndReason.Tokens, landing.LandedBy(reportSaid: true, endedWell: true));
    }

    [Fact]
    public void Next_TurnGoesOnAfterARefusal_InterruptsThenStops()
    {
        var landing = new SoftLanding();
        var refused = s_working with { Refused = EndReason.Cost };
        landing.Next(refused);
        landing.Next(refused);
        var late = refused with { Now = refused.Now + SoftLanding.EndPatience };
        Assert.IsType<LandingMove.Interrupt>(landing.Next(late));
        var interrupted = late with { Interrupted = true };
        Assert.Equal(new LandingMove.Wait(SoftLanding.InterruptPatience), landing.Next(interrupted));
        var deaf = interrupted with { Now = late.Now + SoftLanding.InterruptPatience };
        Assert.IsType<LandingMove.Stop>(landing.Next(deaf));
        Assert.Equal(new LandingMove.Wait(null), landing.Next(deaf));
    }

    [Fact]
    public void Next_AnswersOfSubAgentsStillCome_WaitsLonger()
    {
        var landing = new SoftLanding();
        var refused = s_working with { Refused = EndReason.Tokens, CallsOpen = true };
        landing.Next(refused);
        Assert.Equal(new LandingMove.Wait(SoftLanding.AnswerPatience), landing.Next(refused));
        var settled = refused with { CallsOpen = false, Now = refused.Now + SoftLanding.EndPatience };
        Assert.IsType<LandingMove.Interrupt>(landing.Next(settled));
    }

    [Fact]
    public void Next_RefusedAgentWithoutAVoice_IsStoppedAfterItsPatience()
    {
        var landing = new SoftLanding();
        var refused = s_working with { Refused = EndReason.Tokens, CanSpeak = false };
        landing.Next(refused);
        Assert.Equal(new LandingMove.Wait(SoftLanding.EndPatience), landing.Next(refused));
        Assert.IsType<LandingMove.Stop>(landing.Next(refused with { Now = refused.Now + SoftLanding.EndPatience }));
    }

    [Fact]
    public void Next_SoftDeadline_InterruptsAtOnceAndLeavesTheLastWordToTheDeadline()
    {
        var landing = new SoftLanding();
        var late = s_working with { Now = TimeSpan.FromSeconds(90) };
        Assert.Equal(new LandingMove.Begin(EndReason.Deadline), landing.Next(late));
        Assert.IsType<LandingMove.Interrupt>(landing.Next(late));
        Assert.IsType<LandingMove.Report>(landing.Next(late with { TurnUnderWay = false, LastEndFailed = true }));
        Assert.Equal(new LandingMove.Wait(null), landing.Next(late with { ReportSaid = true }));
        Assert.Equal(EndReason.Deadline, landing.LandedBy(reportSaid: true, endedWell: true));
    }

    [Fact]
    public void Next_TurnEndsWellWhileItIsInterrupted_IsNoLanding()
    {
        var landing = new SoftLanding();
        var late = s_working with { Now = TimeSpan.FromSeconds(90) };
        landing.Next(late);
        Assert.IsType<LandingMove.Close>(landing.Next(late with { TurnUnderWay = false, LastEndFailed = false }));
        Assert.Null(landing.LandedBy(reportSaid: false, endedWell: true));
    }

    [Fact]
    public void Next_SoftDeadlineWithoutAVoice_IsLeftToTheDeadline() =>
        Assert.Equal(new LandingMove.Wait(null), new SoftLanding().Next(s_working with { CanSpeak = false, Now = TimeSpan.FromSeconds(95) }));

    [Fact]
    public void Next_ReportTakesTooLong_Stops()
    {
        var landing = new SoftLanding();
        landing.Recall(EndReason.Tokens);
        var reporting = s_working with { ReportSaid = true };
        Assert.Equal(new LandingMove.Wait(SoftLanding.ReportTime), landing.Next(reporting));
        Assert.IsType<LandingMove.Stop>(landing.Next(reporting with { Now = reporting.Now + SoftLanding.ReportTime }));
    }

    [Fact]
    public void Next_RecalledBetweenTheTurnsEndAndTheReport_Reports()
    {
        var landing = new SoftLanding();
        landing.Recall(EndReason.Tokens);
        Assert.IsType<LandingMove.Report>(landing.Next(s_working with { TurnUnderWay = false, LastEndFailed = true, Refused = EndReason.Tokens }));
    }
}
