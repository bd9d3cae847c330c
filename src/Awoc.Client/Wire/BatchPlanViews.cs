namespace Awoc.Client.Wire;

/// <summary>A batch file that is to be looked at.</summary>
public sealed record BatchPlanRequest
{
    /// <summary>Its text: YAML, JSON, JSON Lines, or a command line in each line.</summary>
    public required string Text { get; init => field = value ?? ""; }

    /// <summary>Its name; the ending says how it is written, and where it does not, its text does.</summary>
    public required string File { get; init => field = value ?? ""; }

    /// <summary>Absolute path of the directory that its tasks work in.</summary>
    public required string Cwd { get; init => field = value ?? ""; }

    /// <summary>The group of all that name none, in place of what the file says; null leaves it.</summary>
    public string? Group { get; init; }

    /// <summary>US dollars at list price for all together, in place of what the file says; null leaves it.</summary>
    public string? MaxCost { get; init; }

    /// <summary>The IANA time zone in which its times are meant; null is the daemon's.</summary>
    public string? Zone { get; init; }

    /// <summary>The session that launches it.</summary>
    public string? ParentSession { get; init; }

    /// <summary>The caller's environment without what looks like a secret.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>As <see cref="LaunchRequest.Secrets"/>.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>A record prints its members: secrets are to stay out of every log.</summary>
    public override string ToString() => $"batch {File}";
}

/// <summary>What a batch file would launch.</summary>
public sealed record BatchPlanView
{
    /// <summary>All that is wrong with it, in the order of the file; with a fault there is nothing else.</summary>
    public IReadOnlyList<BatchFaultView> Faults { get; init => field = value ?? []; } = [];

    /// <summary>The batch, related tasks next to each other; ready to be launched but for the environment.</summary>
    public BatchRequest? Batch { get; init; }

    /// <summary>The related tasks, in the order of the batch.</summary>
    public IReadOnlyList<BatchSetView> Sets { get; init => field = value ?? []; } = [];

    /// <summary>What all are likely to take.</summary>
    public BatchEstimateView? Estimate { get; init; }

    /// <summary>Why the user's word is asked; absent where it need not be.</summary>
    public string? Confirm { get; init; }

    /// <summary>Sentences for the person who asks.</summary>
    public IReadOnlyList<string> Notices { get; init => field = value ?? []; } = [];
}

/// <summary>One fault of a batch file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="What">What is wrong, and what would be taken.</param>
public sealed record BatchFaultView(int Line, int Column, string What);

/// <summary>Tasks of a batch that have a context in common.</summary>
/// <param name="Tasks">As they are named: a key, a name, or the place in the batch from 1.</param>
/// <param name="Agent">Their agent.</param>
/// <param name="Model">Their model; absent where they have none.</param>
/// <param name="Cwd">Their directory.</param>
/// <param name="Family">Their types' family.</param>
/// <param name="Context">How many files they are given to know, together.</param>
public sealed record BatchSetView(IReadOnlyList<string> Tasks, string Agent, string? Model, string Cwd, string Family, int Context);

/// <summary>A range: from what half of earlier tasks took at most, to what nine of ten did; where there are none, to the budget.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end; absent where nothing limits it.</param>
public sealed record RangeView(decimal Low, decimal? High);

/// <summary>What a batch is likely to take.</summary>
/// <param name="Tasks">How many there are.</param>
/// <param name="Known">How many are of a type that has a past with their agent.</param>
/// <param name="Tokens">Tokens generated.</param>
/// <param name="CostUsd">At list price.</param>
/// <param name="Seconds">Until the last has ended, were all slots theirs.</param>
/// <param name="MostTokens">Their token budgets together: more cannot be generated without a person's word.</param>
/// <param name="MostUsd">The limit in money for all together; absent where there is none.</param>
public sealed record BatchEstimateView(int Tasks, int Known, RangeView Tokens, RangeView CostUsd, RangeView Seconds, long MostTokens, decimal? MostUsd);
