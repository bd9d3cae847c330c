using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Shims;

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

    public static AttemptVerdict Judge(AttemptEnd end, IRunner runner, TaskSpec spec)
    {
        if (end.Exit is not { } exit)
            return new AttemptVerdict(TaskOutcome.Lost, EndReason.ShimLost, "its supervisor died with it (a kill, a crash or a reboot); what was produced is kept");
        if (exit.Cause == EndCause.SpawnFailed) return SpawnFailed(exit, spec);

        if (end.Landed is { } landed && (exit.Cause is null or EndCause.Budget or EndCause.Deadline))
            return new AttemptVerdict(landed.Outcome, landed.Limit, $"{landed.Words}; {landed.Remedy}");
        if (end.Evidence.Gateway is { BudgetRefusals: > 0 } record && exit.Cause is null or EndCause.Budget)
            return BudgetSpent(record.Usage.Output, spec);

        var own = new Lazy<AttemptVerdict>(() => runner.Judge(end.Evidence));
        if (exit.Cause is not null && end.EndedBeforeStop && own.Value.Outcome == TaskOutcome.Succeeded) return own.Value;
        return exit.Cause switch
        {
            null => own.Value,
            EndCause.Cancel => new AttemptVerdict(TaskOutcome.Canceled, EndReason.User, "canceled while it ran"),
            EndCause.Deadline => new AttemptVerdict(
                TaskOutcome.TimedOut, EndReason.Deadline,
                $"its time of {Core.Budgets.Duration.Text(spec.Budget.TimeoutSeconds)} was over; launch it again with a longer --timeout"),
            EndCause.Budget => BudgetSpent(end.Evidence.Gateway?.Usage.Output ?? 0, spec),
            CredentialRefused => new AttemptVerdict(
                TaskOutcome.Failed, EndReason.Auth, "the model API refused the credential (401); check it with awoc doctor and launch it again"),
            EndCause.ShimTerminated => new AttemptVerdict(
                TaskOutcome.Lost, EndReason.ShimLost, "its supervisor was told to stop from outside (SIGTERM)"),
            var other => new AttemptVerdict(TaskOutcome.Failed, EndReason.Unknown, $"it was stopped: {other}"),
        };
    }

    private static AttemptVerdict BudgetSpent(long used, TaskSpec spec) => new(
        TaskOutcome.BudgetExhausted, EndReason.Tokens,
        $"{used} tokens were generated of a budget of {spec.Budget.Tokens}; launch it again with more --tokens or a smaller task");

    private static AttemptVerdict SpawnFailed(ShimExit exit, TaskSpec spec)
    {
        const int NoSuchFile = 2;
        const int OutOfMemory = 12;
        var reason = exit.Errno switch
        {
            NoSuchFile => EndReason.AgentMissing,
            OutOfMemory => EndReason.NoMemory,
            _ => EndReason.SpawnFailed,
        };
        return new AttemptVerdict(TaskOutcome.Failed, reason, $"the agent '{spec.Agent}' could not be started: {exit.Error}; see awoc doctor");
    }
}
