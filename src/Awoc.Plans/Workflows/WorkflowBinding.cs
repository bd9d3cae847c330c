using System.Collections.Immutable;
using System.Text;
using Awoc.Plans.Workflows.Conditions;
using Awoc.Plans.Workflows.Reading;
using Awoc.Plans.Yaml;

namespace Awoc.Plans.Workflows;

/// <summary>A workflow with its inputs in their places: what a run is made of.</summary>
public sealed record BoundWorkflow(string Name, ImmutableArray<BoundTask> Tasks, ImmutableDictionary<string, string> Budget);

/// <summary>One task of it.</summary>
public sealed record BoundTask(WorkflowTask Task)
{
    public string Key => Task.Key;

    /// <summary>By field, as <c>awoc run</c> would take them.</summary>
    public ImmutableDictionary<string, string> Values { get; init; } = ImmutableDictionary<string, string>.Empty;

    public ImmutableArray<string> Context { get; init; } = [];

    public ImmutableArray<string> Inputs { get; init; } = [];

    /// <summary>In <c>${tasks.KEY…}</c> as it was written; its inputs are what they were given.</summary>
    public Condition? When { get; init; }

    /// <summary>The tasks whose results or ends it reads, and not only waits for.</summary>
    public ImmutableSortedSet<string> Uses { get; init; } = [];

    /// <summary>Where a field stands; where the task does, when it has no such field.</summary>
    public TextPosition At(string field) => Task.Values.TryGetValue(field, out var value) ? value.At : Task.At;
}

/// <summary>An input that a run was not given, or was given wrongly.</summary>
/// <param name="What">What would be taken.</param>
public sealed record InputFault(string Name, string What);

/// <param name="Workflow">Null where there are faults.</param>
/// <param name="Faults">In the file, in its order: values that are none once their inputs are known.</param>
public sealed record BindingResult(BoundWorkflow? Workflow, IReadOnlyList<InputFault> InputFaults, IReadOnlyList<PlanFault> Faults);

/// <summary>Puts inputs into a workflow.</summary>
public static class WorkflowBinding
{
    /// <param name="reading">Without faults.</param>
    /// <param name="given">By name; what is not given has its default.</param>
    public static BindingResult Bind(WorkflowReading reading, IReadOnlyDictionary<string, string> given)
    {
        var workflow = reading.Workflow;
        List<InputFault> missing = [];
        var names = workflow.Inputs.Select(i => i.Name).ToList();
        foreach (var name in given.Keys.Where(n => !names.Contains(n)))
        {
            missing.Add(new InputFault(name, names.Count == 0
                ? $"no input: the workflow {workflow.Name} has none"
                : $"one of the workflow's inputs: {string.Join(", ", names)}{FaultList.Hint(name, names)}"));
        }

        Dictionary<string, string> inputs = new(StringComparer.Ordinal);
        foreach (var input in workflow.Inputs)
        {
            if ((given.GetValueOrDefault(input.Name) ?? input.Default) is not { } value) missing.Add(new InputFault(input.Name, $"a value, as it has no default: --input {input.Name}=VALUE{(input.Description is { } what ? $" ({what.Trim()})" : "")}"));
            else inputs[input.Name] = value;
        }

        if (missing.Count > 0) return new BindingResult(null, missing, []);
        var faults = new FaultList(reading.Source);
        var bound = new BoundWorkflow(
            workflow.Name!,
            [.. workflow.Tasks.Select(t => Bind(t, inputs, faults))],
            workflow.Budget.ToImmutableDictionary(b => b.Key, b => Value(b.Value, WorkflowFields.Find(WorkflowFields.RunLimits, b.Key)!, inputs, faults)));
        return faults.IsEmpty ? new BindingResult(bound, [], []) : new BindingResult(null, [], faults.Sorted);
    }

    private static BoundTask Bind(WorkflowTask task, Dictionary<string, string> inputs, FaultList faults)
    {
        var used = task.Values.TryGetValue("description", out var description)
            ? Template.In(description.Text).OfType<Template.Task>().Select(t => t.Key)
            : [];
        return new BoundTask(task)
        {
            Values = task.Values.ToImmutableDictionary(
                v => v.Key,
                v => Value(v.Value, (WorkflowFields.Find(WorkflowFields.Own, v.Key) ?? WorkflowFields.Find(WorkflowFields.Shared, v.Key))!, inputs, faults)),
            Context = [.. task.Context.Select(c => Fill(c.Text, inputs))],
            Inputs = [.. task.Inputs.Select(i => Fill(i.Text, inputs))],
            When = task.When?.Bind(inputs),
            Uses = [.. used.Concat(task.When?.Tasks ?? [])],
        };
    }

    private static string Value(WorkflowValue value, WorkflowField field, Dictionary<string, string> inputs, FaultList faults)
    {
        var text = Fill(value.Text, inputs, inDescription: field.Name == "description");
        if (ReferenceEquals(text, value.Text)) return text;
        if (field.Rule.OfText(text) is { } taken) return taken;
        faults.Add(value.At, $"{field.Name} is {FaultList.Shown(text)} with its inputs; it takes {field.Rule.Allowed}");
        return text;
    }

    /// <param name="inDescription">What an input says is text: it names no task.</param>
    private static string Fill(string text, Dictionary<string, string> inputs, bool inDescription = false)
    {
        var templates = Template.In(text).Where(t => t is Template.Input or Template.Literal).ToList();
        if (templates.Count == 0) return text;
        var filled = new StringBuilder();
        var at = 0;
        foreach (var template in templates)
        {
            filled.Append(text, at, template.Offset - at);
            if (template is Template.Input(var name, _, _)) filled.Append(inDescription ? inputs[name].Replace("${tasks.", "$${tasks.", StringComparison.Ordinal) : inputs[name]);
            else filled.Append(text, template.Offset + 1, template.Length - 1);
            at = template.Offset + template.Length;
        }

        return filled.Append(text, at, text.Length - at).ToString();
    }
}
