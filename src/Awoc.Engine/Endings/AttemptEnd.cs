using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision.Stalls;

namespace Awoc.Engine.Endings;

/// <summary>What the engine knows about an attempt that is over, before anything is judged.</summary>
/// <param name="Exit">The shim's record; null when shim and record are gone.</param>
/// <param name="EndedBeforeStop">The agent's end event came before anybody told it to stop.</param>
public sealed record AttemptEnd(AttemptEvidence Evidence, ShimExit? Exit, bool EndedBeforeStop)
{
    /// <summary>The spent budget that stopped the work, after which the agent may well have ended by itself; null for none.</summary>
    public LandedAttempt? Landed { get; init; }
}

/// <summary>
/// Turns evidence into an outcome. What a person or a limit did outranks what the agent says of its exit, but a result that
/// was there before the deadline outranks the deadline, and the gateway's word on the budget outranks everything the agent says.
/// </summary>
public static class EndJudge
{
    /// <summary>The cause told to the shim when the model API refused the credential: asking it ten times more changes nothing.</summary>
    public const string CredentialRefused = "auth";

    /// <summary>The verdict on an attempt of <paramref name="task"/>; its detail is whole, the task's handle put in.</summary>
    public static AttemptVerdict Judge(AttemptEnd end, IRunner runner, AgentTask task)
    {
        var verdict = Verdict(end, runner, task);
        return verdict with { Detail = verdict.Detail?.Replace(AttemptVerdict.TaskHandle, task.Id.Handle, StringComparison.Ordinal) };
    }

    private static AttemptVerdict Verdict(AttemptEnd end, IRunner runner, AgentTask task)
    {
        if (end.Exit is not { } exit)
        {
            return new AttemptVerdict(
                TaskOutcome.Lost, EndReason.ShimLost,
                $"its supervisor died with it (a kill, a crash or a reboot), what was produced is kept; {GoOn}");
        }

        if (exit.Cause == EndCause.SpawnFailed) return SpawnFailed(exit, task);

        if (end.Landed is { } landed && (exit.Cause is null or EndCause.Budget or EndCause.Deadline))
            return landed.Verdict;

        var own = new Lazy<AttemptVerdict>(() => runner.Judge(end.Evidence));
        if (exit.Cause is not null && end.EndedBeforeStop && own.Value.Outcome == TaskOutcome.Succeeded) return own.Value;
        return exit.Cause switch
        {
            null => CutByBudget(own.Value, end.Evidence, task) ?? own.Value,
            EndCause.Cancel => new AttemptVerdict(TaskOutcome.Canceled, EndReason.User, $"canceled while it ran; {GoOn}"),
            EndCause.Deadline => TimeOver(task),
            EndCause.Budget => BudgetSpent(end.Evidence.Gateway ?? GatewayRecord.Nothing, task),
            EndCause.Window => new AttemptVerdict(
                TaskOutcome.Failed, EndReason.RateLimited, "a usage window of the model API was closed: it was interrupted, and goes on by itself when the window opens"),
            EndCause.Stall => new AttemptVerdict(
                TaskOutcome.Failed, EndReason.Stalled,
                $"it gave no sign of life (no output, no model traffic, no CPU) for its stall limit of {Duration.Text(task.Budget.StallSeconds ?? 0)}, {StallWatch.ToolPatience} times that with a tool call under way, and was stopped; {GoOn}, or launch it again with a longer --stall-timeout"),
            EndCause.Fence => new AttemptVerdict(TaskOutcome.Lost, EndReason.ShimLost, $"another daemon took the task over; {GoOn}"),
            CredentialRefused => new AttemptVerdict(
                TaskOutcome.Failed, EndReason.Auth, $"the model API refused the credential (401); 'awoc doctor' shows which one is used, then {GoOn}"),
            EndCause.ShimTerminated => new AttemptVerdict(
                TaskOutcome.Lost, EndReason.ShimLost, $"its supervisor was told to stop from outside (SIGTERM); {GoOn}"),
            var other => new AttemptVerdict(TaskOutcome.Failed, EndReason.Unknown, $"it was stopped, and nothing says why: {other}"),
        };
    }

    private const string GoOn = $"'awoc retry {AttemptVerdict.TaskHandle} --resume' goes on";

    /// <summary>
    /// An answer cut at its length is the budget's doing where the budget lowered that length: the agent then names a limit
    /// that nobody set (Claude Code: "exceeded the 64000 output token maximum").
    /// </summary>
    public static AttemptVerdict? CutByBudget(AttemptVerdict own, AttemptEvidence evidence, AgentTask task)
    {
        if (own.Reason != EndReason.OutputTooLong || evidence.Gateway is not { } record) return null;
        var left = BudgetSplit.Of(task.Budget.Tokens - task.Usage.Output).Work - record.Usage.Output;
        return left < BudgetSplit.WorkFloor ? BudgetSpent(record, task) : null;
    }

    private static AttemptVerdict TimeOver(AgentTask task) => new(
        TaskOutcome.TimedOut, EndReason.Deadline,
        $"its time of {Duration.Text(task.Budget.TimeoutSeconds)} was over; 'awoc retry {AttemptVerdict.TaskHandle} --extend-timeout {RecoveryDecider.Extended(task.Budget.TimeoutSeconds)}' goes on");

    private static AttemptVerdict BudgetSpent(GatewayRecord record, AgentTask task)
    {
        var limit = record.Spent ?? EndReason.Tokens;
        var (used, max) = Allowances.Figures(limit, task.Budget, task.Usage + record.Usage, task.Usage.Turns + record.Turns, 0);
        return new LandedAttempt(limit, used, max).Verdict;
    }

    private static AttemptVerdict SpawnFailed(ShimExit exit, AgentTask task)
    {
        const int NoSuchFile = 2;
        const int OutOfMemory = 12;
        if (exit.Error?.StartsWith(ShimExit.NoDirectory, StringComparison.Ordinal) == true)
            return new AttemptVerdict(TaskOutcome.Failed, EndReason.SpawnFailed, $"it could not be started: {exit.Error}; make it again, then 'awoc retry {AttemptVerdict.TaskHandle}'");
        var reason = exit.Errno switch
        {
            NoSuchFile => EndReason.AgentMissing,
            OutOfMemory => EndReason.NoMemory,
            _ => EndReason.SpawnFailed,
        };
        return new AttemptVerdict(
            TaskOutcome.Failed, reason,
            $"the agent '{task.Spec.Agent}' could not be started: {exit.Error}; see 'awoc doctor', then 'awoc retry {AttemptVerdict.TaskHandle}'");
    }
}
