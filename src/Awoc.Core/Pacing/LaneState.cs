namespace Awoc.Core.Pacing;

/// <summary>How one lane stands.</summary>
/// <param name="InFlight">Requests under way.</param>
/// <param name="Allowed">How many may be under way at once.</param>
/// <param name="Waiting">Requests that wait for their turn.</param>
/// <param name="Rate">Requests a second that may start; null while no such limit is known.</param>
/// <param name="OpensAt">When its closed window opens; null when none is closed.</param>
/// <param name="Accepted">Requests that the API took, since the daemon's start.</param>
/// <param name="Refused">Requests that it answered 429 or 529, since the daemon's start.</param>
public sealed record LaneState(LaneKey Key, int InFlight, int Allowed, int Waiting, double? Rate, DateTimeOffset? OpensAt, long Accepted, long Refused);
