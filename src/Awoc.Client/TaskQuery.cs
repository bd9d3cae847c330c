namespace Awoc.Client;

/// <summary>Which tasks a listing has. With no states and no outcomes: the live ones and the newest.</summary>
public sealed record TaskQuery
{
    /// <summary>Only tasks in one of these states; empty for any.</summary>
    public IReadOnlyList<string> States { get; init; } = [];

    /// <summary>Only tasks that ended in one of these ways; empty for any.</summary>
    public IReadOnlyList<string> Outcomes { get; init; } = [];

    /// <summary>Only tasks of this group; null for any.</summary>
    public string? Group { get; init; }

    /// <summary>Tasks a page at most; null leaves it to the daemon (50).</summary>
    public int? Limit { get; init; }

    /// <summary>The cursor of the page: what <see cref="Wire.TaskPage.Next"/> of the page before said.</summary>
    public string? Before { get; init; }

    internal string Text
    {
        get
        {
            List<string> parts = [];
            if (States.Count > 0) parts.Add($"state={string.Join(',', States)}");
            if (Outcomes.Count > 0) parts.Add($"outcome={string.Join(',', Outcomes)}");
            if (Group is { } group) parts.Add($"group={Uri.EscapeDataString(group)}");
            if (Limit is { } limit) parts.Add($"limit={limit}");
            if (Before is { } before) parts.Add($"before={Uri.EscapeDataString(before)}");
            return parts.Count == 0 ? "" : $"?{string.Join('&', parts)}";
        }
    }
}
