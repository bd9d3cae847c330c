namespace Awoc.Engine.Quotas;

/// <summary>What a configuration says about usage windows.</summary>
public sealed record QuotaSettings
{
    public static QuotaSettings Default { get; } = new();

    /// <summary>The share of a subscription's windows that background work leaves to the person, from 0 to 1; null for none.</summary>
    public double? Reserve { get; init; }

    /// <summary>A window that opens within this time is waited for in place; for a longer one an agent is interrupted, and starts are put off. Default 1 minute.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromMinutes(1);
}
