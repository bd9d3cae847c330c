namespace Awoc.Client.Wire;

/// <summary>A workflow file that is to be looked at or run.</summary>
public sealed record WorkflowRequest
{
    /// <summary>The file's text: YAML.</summary>
    public required string Text { get; init => field = value ?? ""; }

    /// <summary>What messages call the file.</summary>
    public required string File { get; init => field = value ?? ""; }

    /// <summary>Absolute path of the directory that it runs in, which its paths are relative to.</summary>
    public required string Cwd { get; init => field = value ?? ""; }

    /// <summary>Its inputs by name; what is not given has its default.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Steps that succeeded before run again too.</summary>
    public bool Fresh { get; init; }

    /// <summary>US dollars at list price for the whole run, in place of what the file says; null leaves it.</summary>
    public string? MaxCost { get; init; }

    /// <summary>The session that launches it.</summary>
    public string? ParentSession { get; init; }

    /// <summary>The caller's environment without what looks like a secret.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Variables whose names contain KEY, TOKEN, SECRET or PASSWORD: kept in memory only.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>A record prints its members: secrets are to stay out of every log.</summary>
    public override string ToString() => $"workflow {File}";
}

/// <summary>What there is to say of a workflow file.</summary>
public sealed record WorkflowCheckView
{
    /// <summary>The workflow's name; absent where it has none that can be read.</summary>
    public string? Name { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>All that is wrong with it, in the order of the file; empty for nothing.</summary>
    public required IReadOnlyList<WorkflowFaultView> Faults { get; init; }

    /// <summary>What a run is given.</summary>
    public IReadOnlyList<WorkflowInputView> Inputs { get; init => field = value ?? []; } = [];

    /// <summary>Its tasks, each behind all that it needs; those that wait for themselves are left out.</summary>
    public IReadOnlyList<WorkflowTaskView> Tasks { get; init => field = value ?? []; } = [];
}

/// <summary>One fault of a file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="What">What is wrong, and what would be taken.</param>
public sealed record WorkflowFaultView(int Line, int Column, string What);

/// <summary>An input of a workflow.</summary>
/// <param name="Name">As <c>--input NAME=VALUE</c> has it.</param>
/// <param name="Default">Absent where it must be given.</param>
/// <param name="Description">What it is for.</param>
public sealed record WorkflowInputView(string Name, string? Default, string? Description);

/// <summary>A task of a workflow.</summary>
public sealed record WorkflowTaskView
{
    /// <summary>Its key in the file.</summary>
    public required string Key { get; init; }

    /// <summary>0 needs nothing, 1 needs one of 0, and so on.</summary>
    public required int Level { get; init; }

    /// <summary>Its type; absent for <c>custom</c>.</summary>
    public string? Type { get; init; }

    /// <summary>What is to be done, its templates as they stand in the file.</summary>
    public string? Description { get; init; }

    /// <summary>Its model as the file has it.</summary>
    public string? Model { get; init; }

    /// <summary>Where its result goes, as the file has it.</summary>
    public string? Output { get; init; }

    /// <summary>Keys that must have succeeded.</summary>
    public IReadOnlyList<string> After { get; init => field = value ?? []; } = [];

    /// <summary>Keys one of which must have succeeded.</summary>
    public IReadOnlyList<string> Any { get; init => field = value ?? []; } = [];

    /// <summary>Keys that must have ended.</summary>
    public IReadOnlyList<string> Ended { get; init => field = value ?? []; } = [];

    /// <summary>Its condition; absent for none.</summary>
    public string? When { get; init; }

    /// <summary>Keys whose results it reads.</summary>
    public IReadOnlyList<string> Uses { get; init => field = value ?? []; } = [];
}

/// <summary>A run of a workflow, or what one would be.</summary>
public sealed record WorkflowRunView
{
    /// <summary>The workflow's name.</summary>
    public required string Workflow { get; init; }

    /// <summary>The run's name, the group of its tasks; absent where nothing is launched.</summary>
    public string? Run { get; init; }

    /// <summary>An earlier run was still under way: nothing was launched, and this is that run.</summary>
    public bool Attached { get; init; }

    /// <summary>Its steps, each behind all that it needs.</summary>
    public required IReadOnlyList<WorkflowStepView> Steps { get; init; }

    /// <summary>What the steps that run are likely to take together.</summary>
    public BatchEstimateView? Estimate { get; init; }

    /// <summary>Why the user's word is asked; absent where it need not be.</summary>
    public string? Confirm { get; init; }

    /// <summary>Sentences for the person who asks.</summary>
    public IReadOnlyList<string> Notices { get; init => field = value ?? []; } = [];
}

/// <summary>A step of a run.</summary>
public sealed record WorkflowStepView
{
    /// <summary>The task's key in the file.</summary>
    public required string Key { get; init; }

    /// <summary><c>run</c>, <c>reuse</c> (it succeeded before with the same inputs) or <c>attach</c> (an earlier run has it under way).</summary>
    public required string Action { get; init; }

    /// <summary>Why it runs although it ran before; absent otherwise.</summary>
    public string? Why { get; init; }

    /// <summary>0 needs nothing, 1 needs one of 0, and so on.</summary>
    public int Level { get; init; }

    /// <summary>The keys that it waits for, of all kinds.</summary>
    public IReadOnlyList<string> Needs { get; init => field = value ?? []; } = [];

    /// <summary>Its task: launched, attached to, or the one that is reused; absent in a plan for what would be launched.</summary>
    public TaskView? Task { get; init; }
}
