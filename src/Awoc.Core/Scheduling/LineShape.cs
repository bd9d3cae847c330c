namespace Awoc.Core.Scheduling;

/// <summary>Tasks of one queue, agent and model: they have the same limits, so one decision does for all of them.</summary>
/// <param name="number">Tells those apart whose first tasks have the same place.</param>
internal sealed class LineShape(Lane queue, Lane agent, Lane? model, long number)
{
    public static IComparer<LineShape> Order { get; } = Comparer<LineShape>.Create(static (a, b) =>
    {
        var byKey = a.Key.CompareTo(b.Key);
        if (byKey != 0) return byKey;
        var bySeq = a.Seq.CompareTo(b.Seq);
        return bySeq != 0 ? bySeq : a.Number.CompareTo(b.Number);
    });

    public Lane Queue { get; } = queue;
    public Lane Agent { get; } = agent;
    public Lane? Model { get; } = model;

    public long Number { get; } = number;

    /// <summary>The shares that have tasks here, by the keys of their first ones.</summary>
    public SortedSet<ShareLine> Shares { get; } = new(ShareLine.Order);

    /// <summary>How often a later task of another shape started since one of this did.</summary>
    public int Passed { get; set; }

    /// <summary>It has a place among the shapes that have tasks.</summary>
    public bool IsPlaced { get; private set; }

    /// <summary>Its place among them: changed only while it is out of their set.</summary>
    public long Key { get; private set; }

    public long Seq { get; private set; }

    /// <summary>Takes its place anew after its shares changed.</summary>
    public void Settle(SortedSet<LineShape> shapes)
    {
        var head = Shares.Min;
        if (IsPlaced)
        {
            if (head is not null && (head.Key, head.Seq) == (Key, Seq)) return;
            shapes.Remove(this);
        }

        IsPlaced = head is not null;
        if (head is null) return;
        (Key, Seq) = (head.Key, head.Seq);
        shapes.Add(this);
    }

    /// <summary>One more of its tasks waits, or one less.</summary>
    public void Wait(int more)
    {
        Queue.Waiting += more;
        Agent.Waiting += more;
        if (Model is { } model) model.Waiting += more;
    }
}
