namespace Awoc.Gateway.Dialects;

/// <summary>Why the gateway itself answers in place of the upstream.</summary>
internal enum GatewayFault
{
    UnknownToken,
    UnknownRoute,
    BodyTooLarge,
    BodyUnreadable,
    BudgetSpent,

    /// <summary>Money is limited, and what the model costs is not known.</summary>
    NoPrice,

    /// <summary>The ledger cannot be written: what cannot be recorded is not forwarded.</summary>
    NotRecordable,
    /// <summary>Held for a limit of the model API for as long as a client bears.</summary>
    Paced,
    UpstreamUnreachable,
    UpstreamTimedOut,
}

internal sealed record GatewayRefusal(GatewayFault Fault, string Message);
