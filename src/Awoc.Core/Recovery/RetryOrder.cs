namespace Awoc.Core.Recovery;

/// <summary>A person's word that an ended task is to go on. Null members leave it to the defaults.</summary>
public sealed record RetryOrder
{
    /// <summary>How it goes on; null resumes what did not succeed, and starts anew what did.</summary>
    public NextMode? Mode { get; init; }

    /// <summary>Total running time in seconds.</summary>
    public long? ExtendTimeout { get; init; }

    /// <summary>Further running time in seconds; null is that of the launch.</summary>
    public long? Timeout { get; init; }

    /// <summary>Further tokens; null is the budget of the launch.</summary>
    public long? Tokens { get; init; }

    /// <summary>Seconds before the next attempt starts; null is at once.</summary>
    public long? Defer { get; init; }

    /// <summary>Who asks.</summary>
    public required string By { get; init; }
}
