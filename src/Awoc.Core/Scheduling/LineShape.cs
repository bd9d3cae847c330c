namespace Awoc.Core.Scheduling;

/// <summary>Tasks of one queue, agent and model: they have the same limits, so one decision does for all of them.</summary>
internal sealed class LineShape(Lane queue, Lane agent, Lane? model)
{
    public Lane Queue { get; } = queue;
    public Lane Agent { get; } = agent;
    public Lane? Model { get; } = model;

    /// <summary>The shares that have tasks here, by the keys of their first ones.</summary>
    public SortedSet<ShareLine> Shares { get; } = new(ShareLine.Order);

    /// <summary>How often a later task of another shape started since one of this did.</summary>
    public int Passed { get; set; }

}
