using Awoc.Core.Tasks;

namespace Awoc.Engine.Launching;

/// <summary>Launches that are stored together, or none of them. A single one is a batch of one.</summary>
/// <param name="Entries">At least one, in the order in which they are launched.</param>
public sealed record BatchOrder(IReadOnlyList<BatchEntry> Entries)
{
    /// <summary>So many at most go together: what waits for its answer has to be held in memory.</summary>
    public const int MostTasks = 10_000;

    /// <summary>The group of those that name none; null leaves them without one.</summary>
    public string? Group { get; init; }

    /// <summary>US dollars at list price for all of the group together, as the user wrote it.</summary>
    public string? MaxCost { get; init; }

    /// <summary>Tokens that all of the group may generate together; null is no limit.</summary>
    public long? Tokens { get; init; }

    /// <summary>Input tokens of all of the group together; null is no limit.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Tasks that were launched before, by the words that the entries name them with as they do each other.</summary>
    public IReadOnlyDictionary<string, TaskId> Known { get; init; } = new Dictionary<string, TaskId>();

    /// <summary>SHA-256 of the request that it was made from, which an idempotency key then stands for; null where that is the batch itself.</summary>
    public string? RequestSha { get; init; }

    public static BatchOrder Of(LaunchOrder order) => new([new BatchEntry(null, order)]);

    /// <summary>How a fault names an entry: by its key, else its place from 1; null where there is only one without a key.</summary>
    internal string? Label(int index) =>
        Entries[index].Key ?? (Entries.Count == 1 ? null : (index + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
}

/// <param name="Key">How others of the batch name it; null where none does.</param>
public sealed record BatchEntry(string? Key, LaunchOrder Order)
{
    /// <summary>Its place in a workflow; null outside of one.</summary>
    public StepOrder? Step { get; init; }
}

/// <param name="InputsSha">SHA-256 over all that its result depends on.</param>
/// <param name="When">Asked once what it waits for has ended; null for always.</param>
public sealed record StepOrder(string Workflow, string InputsSha, string? When)
{
    /// <summary>SHA-256 of what an earlier run of the step put at its OUTPUT: it may be replaced, should it still be that. Null for nothing.</summary>
    public string? Replaces { get; init; }

    /// <summary>The words of those whose results or ends it reads.</summary>
    public IReadOnlyCollection<string> Reads { get; init; } = [];
}
