using Awoc.Core.Store;

namespace Awoc.Core.Scheduling;

/// <summary>One share's tasks of one shape, in their order.</summary>
internal sealed class ShareLine(LineShape shape, LineShare share)
{
    public static IComparer<ShareLine> Order { get; } = Comparer<ShareLine>.Create(static (a, b) =>
    {
        var byKey = a.Key.CompareTo(b.Key);
        if (byKey != 0) return byKey;
        var bySeq = a.Seq.CompareTo(b.Seq);
        return bySeq != 0 ? bySeq : string.CompareOrdinal(a.Share.Name, b.Share.Name);
    });

    private static readonly Comparer<QueuedTask> s_order = Comparer<QueuedTask>.Create(static (a, b) =>
    {
        var byKey = StartOrder.OwnKey(a).CompareTo(StartOrder.OwnKey(b));
        if (byKey != 0) return byKey;
        var bySeq = a.Seq.CompareTo(b.Seq);
        return bySeq != 0 ? bySeq : string.CompareOrdinal(a.Id.Value, b.Id.Value);
    });

    public LineShape Shape { get; } = shape;
    public LineShare Share { get; } = share;
    public SortedSet<QueuedTask> Tasks { get; } = new(s_order);

    /// <summary>Its place among the shares of its shape: changed only while it is out of their set.</summary>
    public long Key { get; private set; }

    public long Seq { get; private set; }

    public QueuedTask Head { get; private set; } = null!;

    public void Rank()
    {
        Head = Tasks.Min!;
        (Key, Seq) = (StartOrder.ShareKey(Head, Share.ServedTicks, Share.Running), Head.Seq);
    }
}

/// <summary>Whose turn it is within one queue: a group's, a session's, everyone's.</summary>
internal sealed class LineShare(string queue, string name)
{
    public string Queue { get; } = queue;
    public string Name { get; } = name;
    public int Running { get; set; }

    /// <summary>When one of its tasks last started, in ticks.</summary>
    public long ServedTicks { get; set; }

    /// <summary>Where it has tasks that wait.</summary>
    public List<ShareLine> Lines { get; } = [];

    public bool IsIdle => Running == 0 && Lines.Count == 0;
}
