using Awoc.Core.Pacing;

namespace Awoc.Gateway.Pacing;

/// <summary>How requests are held for the limits of the model API.</summary>
public sealed record PacingOptions
{
    public LaneOptions Lane { get; init; } = LaneOptions.Default;

    /// <summary>
    /// For how long a request is held, all its waits together; then it is answered 429. Default 4 minutes: Claude Code gives a
    /// request up that has no answer after 5, and asks again beside it.
    /// </summary>
    public TimeSpan LongestHold { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>How many answers 429 or 529 of one request are kept from the agent and asked again.</summary>
    public int Absorbed { get; init; } = 3;
}
