namespace Awoc.Core.Scheduling;

/// <summary>What keeps a queued task from starting now.</summary>
public abstract record Obstacle
{
    private Obstacle()
    {
    }

    /// <summary>Its queue is paused.</summary>
    public sealed record Paused(string Queue) : Obstacle;

    /// <summary>As many run as may.</summary>
    /// <param name="Kind"><c>queue</c>, <c>agent</c>, <c>model</c>, or empty for the limit over everything.</param>
    public sealed record Full(string Kind, string Name, int Running, int Limit) : Obstacle;

    /// <summary>There is room, and it is kept for a task that has been overtaken often enough.</summary>
    public sealed record Kept(string Kind, string Name) : Obstacle;

    /// <summary>The machine has no room for one more of this agent.</summary>
    public sealed record NoRoom(string Agent) : Obstacle;

    /// <summary>Others come first.</summary>
    public sealed record Behind : Obstacle;
}
