namespace Awoc.Client.Wire;

/// <summary>How the limits of model APIs stand: the lanes requests go through, the accounts' usage windows, and what waits for them.</summary>
public sealed record QuotaView
{
    /// <summary>One for each account and model that was asked since the daemon's start.</summary>
    public required IReadOnlyList<LaneView> Lanes { get; init; }

    /// <summary>As they were last told of.</summary>
    public required IReadOnlyList<WindowView> Windows { get; init; }

    /// <summary>The share of a subscription's windows, from 0 to 1, that background work leaves to the person; null for none.</summary>
    public double? Reserve { get; init; }

    /// <summary>Tasks that wait for a window.</summary>
    public required IReadOnlyList<WindowWaiter> Waiting { get; init; }
}

/// <summary>The requests for one model with one credential.</summary>
public sealed record LaneView
{
    /// <summary>The API's host and a mark of the credential, or <c>login</c> for an agent's own.</summary>
    public required string Account { get; init; }

    /// <summary>As the API is asked for it.</summary>
    public required string Model { get; init; }

    /// <summary>Requests under way.</summary>
    public required int InFlight { get; init; }

    /// <summary>How many may be under way at once.</summary>
    public required int Allowed { get; init; }

    /// <summary>Requests that wait for their turn.</summary>
    public required int Waiting { get; init; }

    /// <summary>Requests a second that may start; null while no such limit is known.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>When it goes on; null while nothing holds it.</summary>
    public DateTimeOffset? OpensAt { get; init; }

    /// <summary>Requests that the API took since the daemon's start.</summary>
    public required long Accepted { get; init; }

    /// <summary>Requests that it answered 429 or 529.</summary>
    public required long Refused { get; init; }
}

/// <summary>A usage window of an account.</summary>
public sealed record WindowView
{
    /// <summary>The API's host and a mark of the credential, or <c>login</c> for an agent's own.</summary>
    public required string Account { get; init; }

    /// <summary><c>5h</c>, <c>7d</c>, <c>7d_opus</c>…; <c>api</c> for a rate limit of the API itself.</summary>
    public required string Window { get; init; }

    /// <summary>The models that it is about; null for all.</summary>
    public string? Model { get; init; }

    /// <summary>Percent; null where nobody said.</summary>
    public double? Used { get; init; }

    /// <summary>When it begins anew; null where nobody said.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary><c>open</c>, <c>closed</c>, or <c>reserved</c> for one whose rest is left to the person.</summary>
    public required string State { get; init; }

    /// <summary>When it was told of last.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>A task that waits for a window.</summary>
public sealed record WindowWaiter(string Id, string? Name, string? WaitsFor, DateTimeOffset? DueAt);

/// <summary>How far a window is used, as the person's own session knows it.</summary>
public sealed record QuotaReport
{
    /// <summary><c>5h</c>, <c>7d</c>…</summary>
    public required string Window { get; init; }

    /// <summary>Percent, from 0 on.</summary>
    public required string Used { get; init; }

    /// <summary>ISO 8601, or seconds since 1970; null where it is not known.</summary>
    public string? ResetsAt { get; init; }

    /// <summary>As a lane names it; null is the login at Anthropic.</summary>
    public string? Account { get; init; }
}
