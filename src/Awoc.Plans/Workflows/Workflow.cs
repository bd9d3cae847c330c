using System.Collections.Immutable;
using Awoc.Plans.Workflows.Conditions;
using Awoc.Plans.Yaml;

namespace Awoc.Plans.Workflows;

/// <summary>A workflow file as it was read: tasks by their keys, with what each waits for.</summary>
public sealed record Workflow
{
    /// <summary>Null only where the file has faults.</summary>
    public string? Name { get; init; }

    public string? Description { get; init; }

    public ImmutableArray<WorkflowInput> Inputs { get; init; } = [];

    /// <summary>What the tasks of a run share, by field.</summary>
    public ImmutableDictionary<string, WorkflowValue> Budget { get; init; } = ImmutableDictionary<string, WorkflowValue>.Empty;

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<WorkflowTask> Tasks { get; init; } = [];
}

/// <summary>What a run is given.</summary>
/// <param name="Default">Null where it must be given.</param>
public sealed record WorkflowInput(string Name, string? Description, string? Default, TextPosition At);

/// <summary>One task of a workflow, its defaults filled in.</summary>
public sealed record WorkflowTask(string Key, TextPosition At)
{
    /// <summary>By field, as <see cref="WorkflowFields.Shared"/> and <see cref="WorkflowFields.Own"/> name them.</summary>
    public ImmutableDictionary<string, WorkflowValue> Values { get; init; } = ImmutableDictionary<string, WorkflowValue>.Empty;

    public ImmutableArray<WorkflowValue> Context { get; init; } = [];

    public ImmutableArray<WorkflowValue> Inputs { get; init; } = [];

    public ImmutableArray<WorkflowValue> After { get; init; } = [];

    public ImmutableArray<WorkflowValue> Any { get; init; } = [];

    public ImmutableArray<WorkflowValue> Ended { get; init; } = [];

    public Condition? When { get; init; }

    /// <summary>Where <see cref="When"/> stands; null where there is none.</summary>
    public WorkflowValue? WhenText { get; init; }

    public IEnumerable<WorkflowValue> Needs => After.Concat(Any).Concat(Ended);
}

/// <summary>A scalar of the file.</summary>
/// <param name="Text">As <c>awoc run</c> would take it, unless it has a template in it.</param>
public sealed record WorkflowValue(string Text, YamlPiece.Scalar Where)
{
    public TextPosition At => Where.At;
}
