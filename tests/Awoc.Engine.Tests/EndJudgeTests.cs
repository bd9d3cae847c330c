using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Tests;

public sealed class EndJudgeTests
{
    private static readonly TaskSpec s_spec = new() { Type = "custom", Agent = "judged", Budget = new Budget(1000, 60), Cwd = "/" };

    [Theory]
    // Cause of the end, its errno, refusals by the gateway, an end event before the stop, what the runner says; then outcome and reason.
    [InlineData(null, null, 0, false, TaskOutcome.Succeeded, TaskOutcome.Succeeded, null)]
    [InlineData(null, null, 0, false, TaskOutcome.Failed, TaskOutcome.Failed, EndReason.AgentError)]
    [InlineData(null, null, 1, true, TaskOutcome.Succeeded, TaskOutcome.BudgetExhausted, EndReason.Tokens)]
    [InlineData("budget", null, 0, false, TaskOutcome.Failed, TaskOutcome.BudgetExhausted, EndReason.Tokens)]
    [InlineData("budget", null, 0, true, TaskOutcome.Succeeded, TaskOutcome.Succeeded, null)]
    [InlineData("budget", null, 2, true, TaskOutcome.Succeeded, TaskOutcome.BudgetExhausted, EndReason.Tokens)]
    [InlineData("deadline", null, 0, false, TaskOutcome.Succeeded, TaskOutcome.TimedOut, EndReason.Deadline)]
    [InlineData("deadline", null, 0, true, TaskOutcome.Succeeded, TaskOutcome.Succeeded, null)]
    [InlineData("deadline", null, 0, true, TaskOutcome.Failed, TaskOutcome.TimedOut, EndReason.Deadline)]
    [InlineData("cancel", null, 0, false, TaskOutcome.Failed, TaskOutcome.Canceled, EndReason.User)]
    [InlineData("cancel", null, 0, true, TaskOutcome.Succeeded, TaskOutcome.Succeeded, null)]
    [InlineData("cancel", null, 3, false, TaskOutcome.Failed, TaskOutcome.Canceled, EndReason.User)]
    [InlineData("shim_terminated", null, 0, false, TaskOutcome.Failed, TaskOutcome.Lost, EndReason.ShimLost)]
    [InlineData("spawn_failed", 2, 0, false, TaskOutcome.Succeeded, TaskOutcome.Failed, EndReason.AgentMissing)]
    [InlineData("spawn_failed", 12, 0, false, TaskOutcome.Succeeded, TaskOutcome.Failed, EndReason.NoMemory)]
    [InlineData("spawn_failed", 13, 0, false, TaskOutcome.Succeeded, TaskOutcome.Failed, EndReason.SpawnFailed)]
    public void Judge_Table_Holds(
        string? cause, int? errno, int refusals, bool endedBefore, TaskOutcome runner, TaskOutcome outcome, EndReason? reason)
    {
        var record = new GatewayRecord(new Usage(1200), 3, 0, refusals, 200, null, null);
        var end = new AttemptEnd(new AttemptEvidence { Gateway = record }, new ShimExit { Cause = cause, Errno = errno, Error = "why" }, endedBefore);
        var verdict = EndJudge.Judge(end, new JudgingRunner(runner), s_spec);
        Assert.Equal((outcome, reason), (verdict.Outcome, verdict.Reason));
        Assert.Equal(outcome == TaskOutcome.Succeeded, verdict.Detail is null);
    }

    [Fact]
    public void Judge_NoRecordOfTheEnd_IsLostWhateverTheAgentSaid()
    {
        var verdict = EndJudge.Judge(new AttemptEnd(new AttemptEvidence(), null, true), new JudgingRunner(TaskOutcome.Succeeded), s_spec);
        Assert.Equal((TaskOutcome.Lost, EndReason.ShimLost), (verdict.Outcome, verdict.Reason!.Value));
    }

    private sealed class JudgingRunner(TaskOutcome outcome) : IRunner
    {
        public string Name => "judged";

        public RunnerTraits Traits { get; } = new(BudgetExactness.Exact, UsesModel: true, CanResume: false, FootprintMb: 1);

        public AgentAvailability Probe(AgentEnvironment environment) => new("/bin/true", null, null, [], null);

        public IEnumerable<SpecFault> Validate(TaskSpec spec) => [];

        public LaunchPlan Plan(AttemptContext context) => throw new NotSupportedException();

        public IAgentVoice? Voice => null;

        public IAgentStream OpenStream() => throw new NotSupportedException();

        public AttemptVerdict Judge(AttemptEvidence evidence) =>
            outcome == TaskOutcome.Succeeded ? AttemptVerdict.Success : new AttemptVerdict(outcome, EndReason.AgentError, "the agent says so");
    }
}
