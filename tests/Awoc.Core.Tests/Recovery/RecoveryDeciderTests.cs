using Awoc.Core.Alerts;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;

namespace Awoc.Core.Tests.Recovery;

public sealed class RecoveryDeciderTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(EndReason.Overloaded, 300)]
    [InlineData(EndReason.RateLimited, 300)]
    [InlineData(EndReason.NoMemory, 300)]
    [InlineData(EndReason.ShimLost, 0)]
    [InlineData(EndReason.AgentCrashed, 0)]
    public void Decide_Default_DefersWhatPassesAndResumesWhatWasLost(EndReason reason, int seconds)
    {
        var again = Assert.IsType<RecoveryDecision.Again>(Decide(Task(), Ended(reason)));
        Assert.Equal(TimeSpan.FromSeconds(seconds), again.Delay);
        Assert.Equal(NextMode.Resume, again.State.Next!.Mode);
        Assert.Null(again.Budget);
    }

    [Theory]
    [InlineData(EndReason.Deadline, "awoc retry d40ea9d76082 --extend-timeout 900")]
    [InlineData(EndReason.Tokens, "awoc retry d40ea9d76082 --reduce-scope")]
    [InlineData(EndReason.Stalled, "awoc retry d40ea9d76082 --resume")]
    public void Decide_DefaultOnWhatCostsBudget_LeavesItToAPersonWithTheReadyCommand(EndReason reason, string command)
    {
        Assert.IsType<RecoveryDecision.End>(Decide(Task(), Ended(reason)));
        Assert.Contains(command, Remedy.OfEnded(Task(), new TaskEnding { Outcome = TaskOutcome.Failed, Reason = reason }));
    }

    [Fact]
    public void Decide_AutoAfterATimeout_ExtendsWithinTheTotalAndResumes()
    {
        var task = Task(OnFailure.Auto);
        var first = Assert.IsType<RecoveryDecision.Again>(Decide(task, Ended(EndReason.Deadline, ms: 600_000)));
        Assert.Equal((900, NextMode.Resume), (first.Budget!.TimeoutSeconds, first.State.Next!.Mode));
        task = task with { Budget = first.Budget, Recovery = first.State, RunMs = 600_000 };
        var second = Assert.IsType<RecoveryDecision.Again>(Decide(task, Ended(EndReason.Deadline, ms: 300_000)));
        Assert.Equal(1200, second.Budget!.TimeoutSeconds);
        task = task with { Budget = second.Budget, Recovery = second.State, RunMs = 900_000 };
        Assert.IsType<RecoveryDecision.End>(Decide(task, Ended(EndReason.Deadline, ms: 300_000)));
    }

    [Fact]
    public void Decide_AutoAfterASpentTokenBudget_ReducesWithinTheTotal()
    {
        var task = Task(OnFailure.Auto) with { Spec = Task(OnFailure.Auto).Spec with { MaxTotalTokens = 7000 } };
        var again = Assert.IsType<RecoveryDecision.Again>(Decide(task, Ended(EndReason.Tokens, output: 5000)));
        Assert.Equal((7000, NextMode.Reduce), (again.Budget!.Tokens, again.State.Next!.Mode));
    }

    [Fact]
    public void Decide_ThirdDeathInARow_ParksWithItsEvidence()
    {
        var task = Task() with { Recovery = new RecoveryState(2, 2, null) };
        var park = Assert.IsType<RecoveryDecision.Park>(Decide(task, Ended(EndReason.AgentCrashed) with { Detail = "killed by signal 11" }));
        Assert.Contains("signal 11", park.Evidence, StringComparison.Ordinal);
        Assert.IsType<RecoveryDecision.Again>(Decide(task, Ended(EndReason.Overloaded)));
    }

    [Fact]
    public void Decide_ResetKnown_WaitsForItTheFirstTimeAndAtLeastTheGrownDelayAfter()
    {
        var soon = Ended(EndReason.RateLimited, output: 0) with { ResetsAt = s_now.AddSeconds(20) };
        Assert.Equal(20, Assert.IsType<RecoveryDecision.Again>(Decide(Task(), soon)).Delay.TotalSeconds);
        var later = Task() with { Recovery = RecoveryState.None with { Limited = 1 } };
        Assert.Equal(600, Assert.IsType<RecoveryDecision.Again>(Decide(later, soon)).Delay.TotalSeconds);
        var far = soon with { ResetsAt = s_now.AddHours(5) };
        Assert.Equal(5, Assert.IsType<RecoveryDecision.Again>(Decide(later, far)).Delay.TotalHours);
    }

    [Fact]
    public void Decide_RateLimitedAgainAndAgain_UsesUpNoRetryUnlessTheTaskSaysHowMany()
    {
        var task = Task();
        for (var i = 0; i < 20; i++)
        {
            var again = Assert.IsType<RecoveryDecision.Again>(Decide(task, Ended(EndReason.RateLimited, output: 0)));
            Assert.Equal((0, i + 1), (again.State.Retries, again.State.Limited));
            task = task with { Recovery = again.State };
        }

        var said = Task() with { Spec = Task().Spec with { MaxRetries = 1 } };
        Assert.IsType<RecoveryDecision.End>(Decide(said with { Recovery = new RecoveryState(1, 0, null) }, Ended(EndReason.RateLimited)));
        Assert.IsType<RecoveryDecision.End>(Decide(Task(OnFailure.Stop), Ended(EndReason.RateLimited)));
    }

    [Theory]
    [InlineData(OnFailure.Default, null)]
    [InlineData(OnFailure.Default, 0)]
    [InlineData(OnFailure.Auto, 3)]
    [InlineData(OnFailure.Stop, null)]
    public void Decide_ClosedWindow_WaitsUntilItOpensAndCountsNothing(OnFailure onFailure, int? retries)
    {
        var task = Task(onFailure) with { Recovery = new RecoveryState(3, 2, null) };
        task = task with { Spec = task.Spec with { MaxRetries = retries } };
        var closed = Ended(EndReason.RateLimited, output: 10) with { Window = "the usage window of anthropic (5h) opens at 14:30", ResetsAt = s_now.AddHours(3) };
        for (var i = 0; i < 10; i++)
        {
            var again = Assert.IsType<RecoveryDecision.Again>(Decide(task, closed));
            Assert.Equal((TimeSpan.FromHours(3), WaitKind.Window, closed.Window), (again.Delay, again.Wait, again.Why));
            Assert.Equal((3, 0, 1, NextMode.Resume), (again.State.Retries, again.State.Deaths, again.State.Limited, again.State.Next!.Mode));
            task = task with { Recovery = again.State };
        }
    }

    [Fact]
    public void Decide_WindowThatOpensAndIsClosedAgainWithNothingDone_WaitsLongerEachTime()
    {
        var (task, before) = (Task(), TimeSpan.Zero);
        var closed = Ended(EndReason.RateLimited, output: 0) with { Window = "closed", ResetsAt = s_now };
        for (var i = 0; i < 8; i++)
        {
            var again = Assert.IsType<RecoveryDecision.Again>(Decide(task, closed));
            Assert.True(again.Delay > before || i == 0 || again.Delay == TimeSpan.FromHours(1), $"{again.Delay} after {before}");
            (task, before) = (task with { Recovery = again.State }, again.Delay);
        }
    }

    [Fact]
    public void Decide_ClosedWindow_EndsWhatIsCanceledOrHasNoBudgetLeft()
    {
        var closed = Ended(EndReason.RateLimited, output: 5000) with { Window = "closed", ResetsAt = s_now.AddHours(3) };
        Assert.IsType<RecoveryDecision.End>(Decide(Task(), closed));
        Assert.IsType<RecoveryDecision.End>(Decide(Task() with { CancelRequested = true }, closed with { Usage = Usage.Zero }));
    }

    [Fact]
    public void Decide_Jitter_AddsUpToATenth() =>
        Assert.Equal(330, Assert.IsType<RecoveryDecision.Again>(RecoveryDecider.Decide(Task(), Ended(EndReason.Overloaded), RecoverySettings.Default, s_now, 1)).Delay.TotalSeconds);

    [Fact]
    public void Decide_Command_GoesOnOnlyWhereItNeverBegan()
    {
        var lost = Ended(EndReason.ShimLost) with { UsesModel = false };
        Assert.IsType<RecoveryDecision.End>(Decide(Task(), lost));
        var again = Assert.IsType<RecoveryDecision.Again>(Decide(Task(), lost with { Started = false }));
        Assert.Equal(NextMode.Restart, again.State.Next!.Mode);
    }

    [Fact]
    public void Decide_SessionGone_GoesOnAfresh() => Assert.Equal(
        NextMode.Fresh, Assert.IsType<RecoveryDecision.Again>(Decide(Task(), Ended(EndReason.AgentError) with { SessionGone = true })).State.Next!.Mode);

    [Fact]
    public void Retry_FreshBudget_CountsFromWhatWasUsed()
    {
        var task = Over() with { Usage = new Usage(Output: 4800), RunMs = 100_500 };
        var reopen = Assert.IsType<RetryDecision.Reopen>(RetryDecider.Decide(task, new RetryOrder { By = "me" }, canResume: true, s_now)).Command;
        Assert.Equal((9800, 701), (reopen.Budget!.Tokens, reopen.Budget.TimeoutSeconds));
        Assert.Equal(NextMode.Resume, reopen.Next!.Mode);
        var more = Assert.IsType<RetryDecision.Reopen>(RetryDecider.Decide(task, new RetryOrder { By = "me", Tokens = 100, ExtendTimeout = 900, Defer = 60 }, true, s_now)).Command;
        Assert.Equal((4900, 900, s_now.AddSeconds(60)), (more.Budget!.Tokens, more.Budget.TimeoutSeconds, more.DueAt));
    }

    [Fact]
    public void Retry_TurnsSpent_BringsAsManyAgain()
    {
        var over = Over();
        var task = over with { Spec = over.Spec with { Budget = over.Spec.Budget with { Turns = 10 } }, Usage = new Usage(Output: 100) { Turns = 11 } };
        var reopen = Assert.IsType<RetryDecision.Reopen>(RetryDecider.Decide(task, new RetryOrder { By = "me" }, canResume: true, s_now)).Command;
        Assert.Equal(21, reopen.Budget!.Turns);
    }

    [Fact]
    public void Retry_ExtendTimeoutBelowWhatItRan_NamesTheRunningTime()
    {
        var fault = Assert.IsType<RetryDecision.Invalid>(
            RetryDecider.Decide(Over() with { RunMs = 60_000 }, new RetryOrder { By = "me", ExtendTimeout = 30 }, true, s_now)).Fault;
        Assert.Equal("--extend-timeout", fault.Field);
        Assert.Contains("1m", fault.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Retry_RunningTask_IsAConflictWithTheNextStep() => Assert.Contains(
        "awoc wait", Assert.IsType<RetryDecision.Conflict>(RetryDecider.Decide(Task(), new RetryOrder { By = "me" }, true, s_now)).Why, StringComparison.Ordinal);

    private static RecoveryDecision Decide(AgentTask task, EndedAttempt ended) => RecoveryDecider.Decide(task, ended, RecoverySettings.Default, s_now, 0);

    private static AgentTask Task(OnFailure policy = OnFailure.Default) => RecoveryDeciderProperties.NewTask(policy);

    private static AgentTask Over() => Task() with { State = TaskState.Ended, InAttempt = false, Outcome = TaskOutcome.TimedOut, Reason = EndReason.Deadline };

    private static EndedAttempt Ended(EndReason reason, long output = 100, long ms = 1000) => new(
        reason switch { EndReason.Deadline => TaskOutcome.TimedOut, EndReason.Tokens => TaskOutcome.BudgetExhausted, EndReason.ShimLost => TaskOutcome.Lost, _ => TaskOutcome.Failed },
        reason, new Usage(Output: output), ms);
}
