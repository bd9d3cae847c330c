namespace Awoc.Core.Scheduling;

/// <summary>Something of which only so much may run at once: everything, a queue, an agent, a model.</summary>
internal sealed class Lane(string kind, string name)
{
    public string Kind { get; } = kind;
    public string Name { get; } = name;

    public int Running { get; set; }

    /// <summary>Queued tasks.</summary>
    public int Waiting { get; set; }

    /// <summary>Null for none.</summary>
    public int? Limit { get; set; }

    public bool Paused { get; set; }

    /// <summary>Kept, in the decision under way, for tasks that waited long.</summary>
    public int Kept { get; set; }

    /// <summary>Whether the machine has room for one more of this agent, as it was found in the decision under way; null for not asked.</summary>
    public bool? Admitted { get; set; }

    public bool IsIdle => Running == 0 && Waiting == 0;

    public bool HasRoom => Limit is not { } limit || Running + Kept < limit;
}
