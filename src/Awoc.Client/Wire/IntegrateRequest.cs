namespace Awoc.Client.Wire;

/// <summary>Brings a task's result into a file. Values are as the user wrote them: the daemon validates them.</summary>
public sealed record IntegrateRequest
{
    /// <summary><c>append</c>, <c>merge</c>, <c>reference</c>, <c>summarize</c> or <c>auto</c>; null is <c>auto</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>The target, relative to <see cref="Cwd"/>; null is the task's OUTPUT if it existed before the task, else none: the reply has the content.</summary>
    public string? Into { get; init; }

    /// <summary>Absolute path of the caller's directory.</summary>
    public required string Cwd { get; init => field = value ?? ""; }

    /// <summary>The reply shows what would be done, and nothing is.</summary>
    public bool DryRun { get; init; }

    /// <summary>A result that breaks its contract may be brought in.</summary>
    public bool Force { get; init; }

    /// <summary>The target may lie outside the task's directory.</summary>
    public bool AllowOutside { get; init; }

    /// <summary>A whole number: the longest summary, in words.</summary>
    public string? MaxWords { get; init; }

    /// <summary>A whole number: about how many tokens the reply's content has at most, where there is no target.</summary>
    public string? MaxTokens { get; init; }

    /// <summary>What is added carries no mark of the task it came from: then only a target that did not change since is known to have it.</summary>
    public bool NoMarks { get; init; }

    /// <summary>A file that target and result both come from, for a three-way merge; relative to <see cref="Cwd"/>.</summary>
    public string? Base { get; init; }
}

/// <summary>What came of an integration, or would.</summary>
public sealed record IntegrateReply
{
    /// <summary>The task, as it is now.</summary>
    public required TaskView Task { get; init; }

    /// <summary>The mode that was taken.</summary>
    public required string Mode { get; init; }

    /// <summary>Why that one, in one sentence.</summary>
    public required string Why { get; init; }

    /// <summary>Absolute path of the target, links followed; absent where there is none.</summary>
    public string? Target { get; init; }

    /// <summary>False when the target holds the result already, or nothing of it could be brought in.</summary>
    public required bool Changed { get; init; }

    /// <summary>True when nothing was written because that was asked; absent otherwise.</summary>
    public bool? DryRun { get; init; }

    /// <summary>What it is undone by; absent where nothing was written.</summary>
    public int? Number { get; init; }

    /// <summary>Unified; empty where nothing changes.</summary>
    public string Diff { get; init => field = value ?? ""; } = "";

    /// <summary>Where target and result say different things: the target was left as it is there.</summary>
    public IReadOnlyList<ConflictView> Conflicts { get; init => field = value ?? []; } = [];

    /// <summary>Local links of what was added that lead nowhere from the target.</summary>
    public IReadOnlyList<string> Dangling { get; init => field = value ?? []; } = [];

    /// <summary>How well it fits.</summary>
    public required QualityView Quality { get; init; }

    /// <summary>What there is to read, where there is no target.</summary>
    public string? Content { get; init; }

    /// <summary>True when <see cref="Content"/> is all of the result; absent where something was left out.</summary>
    public bool? IsWhole { get; init; }

    /// <summary>Sentences for a person: that the result is partial, what was left out.</summary>
    public IReadOnlyList<string> Notices { get; init => field = value ?? []; } = [];
}

/// <summary>A place where target and result say different things.</summary>
/// <param name="Where">A heading, a JSON pointer, a line.</param>
/// <param name="Line">Of the target, from 1; absent where it is not known.</param>
/// <param name="Target">What stands there, and stays.</param>
/// <param name="Result">What the result says instead.</param>
public sealed record ConflictView(string Where, int? Line, string Target, string Result);

/// <summary>The parts of an integration's quality.</summary>
/// <param name="Score">From 0 to 1: <c>docs/metrics.md</c> has the formula.</param>
/// <param name="ContractFindings">Errors that the contract check of the result found.</param>
/// <param name="TargetLines">Lines of the target before.</param>
/// <param name="TargetLinesKept">How many of them stand after.</param>
/// <param name="DuplicatesAvoided">What the target had already and was not added again.</param>
/// <param name="Conflicts">Places that were left to a person.</param>
/// <param name="DanglingLinks">Links of what was added that lead nowhere.</param>
public sealed record QualityView(
    double Score, int ContractFindings, int TargetLines, int TargetLinesKept, int DuplicatesAvoided, int Conflicts, int DanglingLinks);

/// <summary>Takes an integration out of its target again.</summary>
/// <param name="Number">A whole number: which; null is the last that still stands.</param>
/// <param name="DryRun">The reply shows what would be done, and nothing is.</param>
public sealed record UndoRequest(string? Number = null, bool DryRun = false);

/// <summary>What came of an undo, or would.</summary>
/// <param name="Task">The task, as it is now.</param>
/// <param name="Number">The integration.</param>
/// <param name="Target">Absolute path of its target.</param>
/// <param name="Changed">False when it was undone before.</param>
/// <param name="Diff">Unified; empty where nothing changes.</param>
/// <param name="DryRun">True when nothing was written because that was asked; absent otherwise.</param>
public sealed record UndoReply(TaskView Task, int Number, string Target, bool Changed, string Diff, bool? DryRun = null);
