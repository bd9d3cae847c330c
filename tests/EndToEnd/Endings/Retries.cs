using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;

namespace Awoc.EndToEnd.Endings;

/// <summary>The table's last column: what the recovery of the code decides on what was seen.</summary>
internal static class Retries
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch;

    public static string Of(ObservedRow row)
    {
        if (row.Outcome == "succeeded") return "";
        var (byItself, auto) = (Of(row, OnFailure.Default), Of(row, OnFailure.Auto));
        return byItself == auto ? byItself : $"{byItself}; `auto`: {auto}";
    }

    private static string Of(ObservedRow row, OnFailure onFailure)
    {
        var usesModel = row.Row.Agent != "command";
        var task = new AgentTask
        {
            Id = TaskId.New(TimeProvider.System),
            Version = 1,
            CreatedAt = s_now,
            Attempt = 1,
            Spec = new TaskSpec { Type = "research", Agent = row.Row.Agent, Budget = Budget.Default, Cwd = "/", OnFailure = onFailure },
        };
        var outcome = SnakeCase.TryParse<TaskOutcome>(row.Outcome ?? "", out var known) ? known : TaskOutcome.Failed;
        EndReason? reason = SnakeCase.TryParse<EndReason>(row.Reason ?? "", out var why) ? why : null;
        var tokens = reason == EndReason.Tokens ? Budget.Default.Tokens : 0;
        var ms = reason == EndReason.Deadline ? Budget.Default.TimeoutSeconds * 1000 : 0;
        var ended = new EndedAttempt(outcome, reason, new Usage(tokens), ms) { UsesModel = usesModel, Started = true };
        return RecoveryDecider.Decide(task, ended, RecoverySettings.Default, s_now, random: 0) switch
        {
            RecoveryDecision.Again { Delay.TotalSeconds: > 0 and var seconds } => FormattableString.Invariant($"after {seconds:0} s"),
            RecoveryDecision.Again { Budget.TimeoutSeconds: var longer } when longer > Budget.Default.TimeoutSeconds => FormattableString.Invariant($"resumed, with {longer} s"),
            RecoveryDecision.Again { State.Next.Mode: NextMode.Reduce } => "with a reduced scope",
            RecoveryDecision.Again { State.Next.Mode: NextMode.Resume } => "resumed",
            RecoveryDecision.Again => "begun anew",
            _ => "no",
        };
    }
}
