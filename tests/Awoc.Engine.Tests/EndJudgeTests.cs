using System.Globalization;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Endings;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Tests;

public sealed class EndJudgeTests
{
    private static readonly AgentTask s_task = new()
    {
        Id = TaskId.New(TimeProvider.System),
        Version = 1,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Spec = new TaskSpec { Type = "custom", Agent = "judged", Budget = new Budget(1000, 60), Cwd = "/" },
    };

    [Theory]
    // Cause of the end, its errno, refusals by the gateway, an end event before the stop, what the runner says; then outcome and reason.
    [InlineData(null, null, 0, false, TaskOutcome.Succeeded, TaskOutcome.Succeeded, null)]
    [InlineData(null, null, 0, false, TaskOutcome.Failed, TaskOutcome.Failed, EndReason.AgentError)]
    [InlineData(null, null, 1, true, TaskOutcome.Succeeded, TaskOutcome.Succeeded, null)]
    [InlineData("budget", null, 0, false, TaskOutcome.Failed, TaskOutcome.BudgetExhausted, EndReason.Tokens)]
    [InlineData("budget", null, 0, true, TaskOutcome.Succeeded, TaskOutcome.Succeeded, null)]
    [InlineData("budget", null, 2, true, TaskOutcome.Succeeded, TaskOutcome.Succeeded, null)]
    [InlineData("deadline", null, 0, false, TaskOutcome.Succeeded, TaskOutcome.TimedOut, EndReason.Deadline)]
    [InlineData("deadline", null, 0, true, TaskOutcome.Succeeded, TaskOutcome.Succeeded, null)]
    [InlineData("deadline", null, 0, true, TaskOutcome.Failed, TaskOutcome.TimedOut, EndReason.Deadline)]
    [InlineData("cancel", null, 0, false, TaskOutcome.Failed, TaskOutcome.Canceled, EndReason.User)]
    [InlineData("cancel", null, 0, true, TaskOutcome.Succeeded, TaskOutcome.Succeeded, null)]
    [InlineData("cancel", null, 3, false, TaskOutcome.Failed, TaskOutcome.Canceled, EndReason.User)]
    [InlineData("stall", null, 0, false, TaskOutcome.Failed, TaskOutcome.Failed, EndReason.Stalled)]
    [InlineData("stall", null, 0, true, TaskOutcome.Succeeded, TaskOutcome.Succeeded, null)]
    [InlineData("auth", null, 0, false, TaskOutcome.Failed, TaskOutcome.Failed, EndReason.Auth)]
    [InlineData("something else", null, 0, false, TaskOutcome.Failed, TaskOutcome.Failed, EndReason.Unknown)]
    [InlineData("shim_terminated", null, 0, false, TaskOutcome.Failed, TaskOutcome.Lost, EndReason.ShimLost)]
    [InlineData("spawn_failed", 2, 0, false, TaskOutcome.Succeeded, TaskOutcome.Failed, EndReason.AgentMissing)]
    [InlineData("spawn_failed", 12, 0, false, TaskOutcome.Succeeded, TaskOutcome.Failed, EndReason.NoMemory)]
    [InlineData("spawn_failed", 13, 0, false, TaskOutcome.Succeeded, TaskOutcome.Failed, EndReason.SpawnFailed)]
    public void Judge_Table_Holds(
        string? cause, int? errno, int refusals, bool endedBefore, TaskOutcome runner, TaskOutcome outcome, EndReason? reason)
    {
        var record = new GatewayRecord(new Usage(1200), 3, 0, refusals, 200, null, null);
        var end = new AttemptEnd(new AttemptEvidence { Gateway = record }, new ShimExit { Cause = cause, Errno = errno, Error = "why" }, endedBefore);
        var verdict = EndJudge.Judge(end, new JudgingRunner(runner), s_task);
        Assert.Equal((outcome, reason), (verdict.Outcome, verdict.Reason));
        Assert.Equal(outcome == TaskOutcome.Succeeded, verdict.Detail is null);
    }

    [Fact]
    public void Judge_NoRecordOfTheEnd_IsLostWhateverTheAgentSaid()
    {
        var verdict = EndJudge.Judge(new AttemptEnd(new AttemptEvidence(), null, true), new JudgingRunner(TaskOutcome.Succeeded), s_task);
        Assert.Equal((TaskOutcome.Lost, EndReason.ShimLost), (verdict.Outcome, verdict.Reason!.Value));
    }

    [Theory]
    [InlineData(EndReason.Tokens, TaskOutcome.BudgetExhausted, "awoc retry {0} --reduce-scope")]
    [InlineData(EndReason.InputTokens, TaskOutcome.BudgetExhausted, "awoc retry {0} --reduce-scope")]
    [InlineData(EndReason.Cost, TaskOutcome.BudgetExhausted, "awoc retry {0} --reduce-scope")]
    [InlineData(EndReason.Turns, TaskOutcome.BudgetExhausted, "awoc retry {0} --reduce-scope")]
    [InlineData(EndReason.Deadline, TaskOutcome.TimedOut, "awoc retry {0} --extend-timeout 90")]
    public void Judge_Landed_IsTheSpentBudgetWhateverTheReportSays(EndReason spent, TaskOutcome outcome, string remedy)
    {
        var end = Ended(new AttemptEvidence()) with { Landed = new LandedAttempt(spent, 60, 60) };
        var verdict = EndJudge.Judge(end, new JudgingRunner(TaskOutcome.Succeeded), s_task);
        Assert.Equal((outcome, spent), (verdict.Outcome, verdict.Reason!.Value));
        Assert.Contains(string.Format(CultureInfo.InvariantCulture, remedy, s_task.Id.Handle), verdict.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, EndReason.Tokens)]
    [InlineData(100, EndReason.OutputTooLong)]
    public void Judge_AnswerCutAtALength_IsTheBudgetsDoingWhereTheWorkShareIsSpent(long used, EndReason reason)
    {
        var record = GatewayRecord.Nothing with { Usage = new Usage(used), Requests = 1 };
        var runner = new JudgingRunner(TaskOutcome.Failed, EndReason.OutputTooLong);
        Assert.Equal(reason, EndJudge.Judge(Ended(new AttemptEvidence { Gateway = record }), runner, s_task).Reason);
    }

    [Theory]
    // Requests at the gateway, a cut call, refused tools, what was left behind; then the reason, null for a true success.
    [InlineData(1, null, false, "said", null)]
    [InlineData(1, null, false, "nothing", EndReason.NoOutput)]
    [InlineData(1, null, true, "nothing", EndReason.PermissionDenied)]
    [InlineData(1, null, true, "said", EndReason.PermissionDenied)]
    [InlineData(1, null, true, "file", null)]
    [InlineData(1, "Write", false, "file", EndReason.OutputTooLong)]
    [InlineData(0, null, false, "said", EndReason.AgentError)]
    public void Find_WellEnded_SaysWhatTheEvidenceHolds(int requests, string? cut, bool denied, string left, EndReason? reason)
    {
        var evidence = new AttemptEvidence
        {
            CutCall = cut,
            End = new AgentEvent.End { Kind = "success", IsError = false, Denials = denied ? ["Write"] : [] },
            Gateway = GatewayRecord.Nothing with { Requests = requests },
        };
        ProducedOutput produced = left switch
        {
            "said" => new ProducedOutput.Said("words"),
            "file" => new ProducedOutput.Staged("/r.md"),
            _ => new ProducedOutput.Nothing(),
        };
        var task = s_task with { Spec = s_task.Spec with { Output = "/r.md" } };
        Assert.Equal(reason, FalseSuccess.Find(evidence, produced, new JudgingRunner(TaskOutcome.Succeeded), task)?.Reason);
    }

    [Fact]
    public void Facts_WhatALaterCallMakesGood_IsForgotten()
    {
        var facts = new EndFacts();
        facts.Add(new AgentEvent.ToolCall("1", "Write", "{\"file_pa", Cut: true));
        facts.Add(new AgentEvent.ToolResult("1", true, "could not be parsed"));
        facts.Add(new AgentEvent.ToolResult("2", false, "done by a sub-agent", SubAgent: true));
        facts.Add(new AgentEvent.SubAgentEnd("API Error: 529"));
        Assert.Equal(("Write", "API Error: 529"), (facts.CutCall, facts.SubAgentError));
        facts.Add(new AgentEvent.ToolResult("3", false, "written"));
        facts.Add(new AgentEvent.SubAgentEnd(null));
        Assert.Equal((null, null), (facts.CutCall, facts.SubAgentError));
    }

    private static AttemptEnd Ended(AttemptEvidence evidence) => new(evidence, new ShimExit { Code = 0 }, true);

    private sealed class JudgingRunner(TaskOutcome outcome, EndReason reason = EndReason.AgentError) : IRunner
    {
        public string Name => "judged";

        public RunnerTraits Traits { get; } = new(BudgetExactness.Exact, UsesModel: true, CanResume: false, FootprintMb: 1);

        public AgentAvailability Probe(AgentEnvironment environment) => new("/bin/true", null, null, [], null);

        public IEnumerable<SpecFault> Validate(TaskSpec spec) => [];

        public LaunchPlan Plan(AttemptContext context) => throw new NotSupportedException();

        public IAgentVoice? Voice => null;

        public IAgentStream OpenStream() => throw new NotSupportedException();

        public AttemptVerdict Judge(AttemptEvidence evidence) =>
            outcome == TaskOutcome.Succeeded ? AttemptVerdict.Success : new AttemptVerdict(outcome, reason, "the agent says so");
    }
}
