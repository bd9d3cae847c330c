namespace Awoc.Client.Wire;

/// <summary>Ended tasks that nobody has read, the one that ended first before the others.</summary>
/// <param name="Items">At most as many as were asked for.</param>
/// <param name="Unread">How many there are in all.</param>
public sealed record InboxView(IReadOnlyList<InboxItem> Items, long Unread);

/// <summary>An ended task that nobody has read.</summary>
public sealed record InboxItem
{
    /// <summary>The task's id.</summary>
    public required string Id { get; init; }

    /// <summary>The name given at launch.</summary>
    public string? Name { get; init; }

    /// <summary>The task type.</summary>
    public required string Type { get; init; }

    /// <summary>The first line of what was to be done, shortened.</summary>
    public string? Description { get; init; }

    /// <summary>How it ended.</summary>
    public required string Outcome { get; init; }

    /// <summary>A machine-readable word for why.</summary>
    public string? Reason { get; init; }

    /// <summary><c>none</c>, <c>partial</c> or <c>complete</c>.</summary>
    public required string Result { get; init; }

    /// <summary>True when the embedded rehearsal model answered; absent otherwise.</summary>
    public bool? Rehearsal { get; init; }

    /// <summary>Absolute path of the file that holds what was produced.</summary>
    public string? Path { get; init; }

    /// <summary>Its length; absent where there is no file.</summary>
    public long? Bytes { get; init; }

    /// <summary>The agent's closing words or how it ended, in one line, shortened.</summary>
    public string? Summary { get; init; }

    /// <summary>When it ended (UTC).</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>The command that goes on from here.</summary>
    public required string Next { get; init; }
}
