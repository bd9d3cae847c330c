using System.Collections.Immutable;
using Awoc.Core.Tasks;

namespace Awoc.Core.Recovery;

/// <summary>One line of a policy: what is done when an attempt ends for one of these reasons.</summary>
public sealed record RecoveryRule(ImmutableArray<EndReason> Reasons, RecoveryAction Action)
{
    /// <summary>Before the next attempt; null is the configuration's for <see cref="RecoveryAction.Defer"/>, else none.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Automatic attempts up to which the rule holds; null is the policy's own limit.</summary>
    public int? Attempts { get; init; }

    /// <summary>By how much the delay grows with each attempt that recovery has made.</summary>
    public double Growth { get; init; } = 2;

    /// <summary>Up to so much of the delay is added at random, so that tasks that were refused together do not come back together.</summary>
    public double Jitter { get; init; } = 0.1;
}
