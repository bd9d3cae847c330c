namespace Awoc.Client.Wire;

/// <summary>Something that needs a person.</summary>
public sealed record AlertView
{
    /// <summary>Its number: the same wherever it is told, so that a receiver knows one it has had.</summary>
    public required long Id { get; init; }

    /// <summary>The task's id.</summary>
    public required string Task { get; init; }

    /// <summary>The name given at launch.</summary>
    public string? Name { get; init; }

    /// <summary><c>needs_input</c>, <c>failed</c> or <c>not_integrated</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>When it arose (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>One sentence for a person.</summary>
    public required string Text { get; init; }

    /// <summary>Commands that go on from here, the likeliest first.</summary>
    public required IReadOnlyList<string> Remedies { get; init; }

    /// <summary>How the task ended: <c>failed</c>, <c>timed_out</c>, <c>budget_exhausted</c>, <c>lost</c>; absent while it waits.</summary>
    public string? Outcome { get; init; }

    /// <summary>A machine-readable word for why.</summary>
    public string? Reason { get; init; }

    /// <summary>A person has put it away.</summary>
    public bool? Dismissed { get; init; }
}

/// <summary>What needs a person, newest first.</summary>
/// <param name="Alerts">At most 100 of tasks that wait, and as many of tasks that ended.</param>
public sealed record AlertList(IReadOnlyList<AlertView> Alerts);
