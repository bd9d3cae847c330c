namespace Awoc.Client.Wire;

/// <summary>Several launches that are stored together, or none of them.</summary>
public sealed record BatchRequest
{
    /// <summary>In the order in which they are launched.</summary>
    public required IReadOnlyList<BatchTask> Tasks { get; init => field = value ?? []; }

    /// <summary>The group of all that name none; null makes one.</summary>
    public string? Group { get; init; }

    /// <summary>US dollars at list price for all of them together; null is no limit.</summary>
    public string? MaxCost { get; init; }

    /// <summary>The environment of those that carry none themselves, without what looks like a secret.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>As <see cref="LaunchRequest.Secrets"/>, of those that carry none themselves: kept in memory only.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>A record prints its members: secrets are to stay out of every log.</summary>
    public override string ToString() => $"batch of {Tasks.Count} launches";
}

/// <summary>The answer to a batch: all of its tasks are durable.</summary>
/// <param name="Tasks">In the order in which they were asked for.</param>
/// <param name="Group">Their group, where they named none.</param>
/// <param name="Notices">Sentences for the person who launched them, each once.</param>
public sealed record BatchReply(IReadOnlyList<TaskView> Tasks, string Group, IReadOnlyList<string> Notices);

/// <summary>One launch of a batch.</summary>
/// <param name="Key">How others of the batch name it in <see cref="LaunchRequest.After"/> and <c>${tasks.KEY…}</c>; null where none does.</param>
/// <param name="Launch">What <c>awoc run</c> would send.</param>
public sealed record BatchTask(string? Key, LaunchRequest Launch)
{
    /// <summary>Its place in a workflow; null outside of one.</summary>
    public StepRequest? Step { get; init; }
}

/// <summary>A task's place in a workflow.</summary>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="InputsSha">SHA-256 over all that its result depends on.</param>
/// <param name="When">Asked once what it waits for has ended: where it does not hold, it is skipped. Null for always.</param>
public sealed record StepRequest(string Workflow, string InputsSha, string? When);
