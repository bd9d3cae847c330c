using System.Collections.Immutable;

namespace Awoc.Core.Recovery;

/// <summary>What a configuration says about recovery.</summary>
public sealed record RecoverySettings
{
    public static RecoverySettings Default { get; } = new();

    /// <summary>Attempts that recovery makes by itself, where a task does not say.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>The seed's 300 seconds.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Come before the policy's own.</summary>
    public ImmutableArray<RecoveryRule> Rules { get; init; } = [];
}
