using System.Collections.Immutable;
using Awoc.Core.Tasks;

namespace Awoc.Core.Recovery;

/// <summary>Rules in order; the first that names the reason holds, and where none does a person is told.</summary>
public sealed record RecoveryPolicy(ImmutableArray<RecoveryRule> Rules)
{
    /// <summary>The seed's <c>resource_unavailable</c>, with what else passes by itself.</summary>
    public static ImmutableArray<EndReason> Unavailable { get; } =
    [
        EndReason.RateLimited, EndReason.Overloaded, EndReason.NoMemory, EndReason.NoSlot, EndReason.ServerError, EndReason.Network,
        EndReason.GatewayUnavailable,
    ];

    /// <summary>The runner or its supervisor died. Three in a row are poison.</summary>
    public static ImmutableArray<EndReason> Deaths { get; } = [EndReason.ShimLost, EndReason.AgentCrashed, EndReason.SpawnFailed];

    /// <summary>The task's own budgets: spent, they are what <see cref="OnBudget.Ask"/> asks about.</summary>
    public static ImmutableArray<EndReason> Budgets { get; } =
        [EndReason.Tokens, EndReason.InputTokens, EndReason.Cost, EndReason.Turns, EndReason.Deadline];

    /// <summary>Asking again changes nothing, or was not wanted: never retried, whatever a rule says.</summary>
    public static ImmutableArray<EndReason> Final { get; } =
    [
        EndReason.User, EndReason.Auth, EndReason.Billing, EndReason.BadRequest, EndReason.Refused, EndReason.ModelNotFound,
        EndReason.PermissionDenied, EndReason.CommandFailed, EndReason.Poisoned, EndReason.CredentialMissing, EndReason.AgentMissing,
        EndReason.GroupBudget, EndReason.DayBudget, EndReason.DependencyFailed, EndReason.Skipped,
    ];

    /// <summary>What costs no budget: limits of others are waited out, what was lost is resumed.</summary>
    public static RecoveryPolicy Default { get; } = new(
    [
        new RecoveryRule(Unavailable, RecoveryAction.Defer),
        new RecoveryRule([EndReason.ShimLost, EndReason.AgentCrashed], RecoveryAction.Resume),
    ]);

    /// <summary>The seed's whole table, inside a total.</summary>
    public static RecoveryPolicy Auto { get; } = new(
    [
        .. Default.Rules,
        new RecoveryRule([EndReason.Deadline], RecoveryAction.Extend),
        new RecoveryRule([EndReason.Tokens], RecoveryAction.Reduce),
    ]);

    public static RecoveryPolicy Stop { get; } = new([]);

    public static RecoveryPolicy Of(OnFailure onFailure, RecoverySettings settings) => onFailure switch
    {
        OnFailure.Stop => Stop,
        OnFailure.Auto => Auto with { Rules = [.. settings.Rules, .. Auto.Rules] },
        OnFailure.Default => Default with { Rules = [.. settings.Rules, .. Default.Rules] },
    };

    public RecoveryRule? Find(EndReason reason) => Final.Contains(reason) ? null : Rules.FirstOrDefault(r => r.Reasons.Contains(reason));
}
