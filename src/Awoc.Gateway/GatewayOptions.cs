using Awoc.Gateway.Pacing;

namespace Awoc.Gateway;

/// <summary>What an operator may set. The defaults are what agents were measured to bear.</summary>
public sealed record GatewayOptions
{
    /// <summary>Bytes of a request body. A longer one is answered 413. Default 32 MB, the Messages API's own limit.</summary>
    public long MaxBodyBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>
    /// Silence on one exchange after which it is given up. Default 20 minutes: Claude Code gives up a silent stream after 5 and
    /// headers without a body after 10, and the gateway must never be the first.
    /// </summary>
    public TimeSpan ActivityTimeout { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>How requests are held for the limits of the model API; null lets each go at once, and passes on each refusal.</summary>
    public PacingOptions? Pacing { get; init; } = new();

    /// <summary>Default 30 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A user's own price list, over the one that comes with the program; read again when it changes. Null, or a path where
    /// no file is, for none.
    /// </summary>
    public string? PricesPath { get; init; }
}
