using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Awoc.Plans.Workflows.Conditions;
using Awoc.Plans.Yaml;

namespace Awoc.Plans.Workflows.Reading;

/// <summary>
/// Reads a workflow file, every fault at once with its line and column: its shape, which the published schema describes too, and what a
/// schema cannot say (<see cref="WorkflowCheck"/>). Never throws, whatever the text is.
/// <code>
/// name: feature
/// inputs: { topic: { default: authentication } }
/// tasks:
///   research: { type: research, description: "${inputs.topic} best practices", output: research.md }
///   plan:
///     needs: research
///     description: Plan it, after ${tasks.research.output}.
/// </code>
/// </summary>
public static class WorkflowReader
{
    public static WorkflowReading Read(string text)
    {
        var source = YamlSource.Read(text);
        if (source.Root is not { } root) return new WorkflowReading(new Workflow(), [source.Fault!], source);
        var faults = new FaultList(source);
        var workflow = new Parts(faults).File(root);
        WorkflowCheck.Look(workflow, faults);
        return new WorkflowReading(workflow, faults.Sorted, source);
    }

    private sealed class Parts(FaultList faults)
    {
        private static readonly ImmutableArray<string> s_root = [.. WorkflowFields.Root.Select(f => f.Name)];
        private static readonly ImmutableArray<string> s_input = [.. WorkflowFields.Input.Select(f => f.Name)];
        private static readonly ImmutableArray<string> s_needs = [.. WorkflowFields.Needs.Select(f => f.Name)];
        private static readonly ImmutableArray<string> s_limits = [.. WorkflowFields.Limits.Select(f => f.Name)];
        private static readonly ImmutableArray<string> s_runLimits = [.. WorkflowFields.RunLimits.Select(f => f.Name)];
        private static readonly ImmutableArray<WorkflowField> s_taskFields = [.. WorkflowFields.Own, .. WorkflowFields.Shared];
        private static readonly ImmutableArray<string> s_task = [.. s_taskFields.Select(f => f.Name), .. WorkflowFields.Structured.Select(f => f.Name)];

        private static readonly ImmutableArray<string> s_defaults =
            [.. WorkflowFields.Shared.Select(f => f.Name), WorkflowFields.ContextKey, WorkflowFields.InputsKey, WorkflowFields.BudgetKey];

        private readonly MapReader _read = new(faults);

        public Workflow File(YamlPiece root)
        {
            var entries = _read.Entries(root, "a workflow", s_root);
            if (root is YamlPiece.Map)
            {
                foreach (var required in (string[])["name", "tasks"])
                {
                    if (entries.All(e => e.Name != required)) faults.Add(root, $"the workflow has no {required}");
                }
            }

            var defaults = entries.Where(e => e.Name == "defaults").Select(e => Task("defaults", e.Value, new WorkflowTask("defaults", e.Key.At), "defaults", s_defaults)).FirstOrDefault();
            var workflow = new Workflow();
            foreach (var (name, _, value) in entries)
            {
                workflow = name switch
                {
                    "name" => workflow with { Name = _read.Value(value, "name", WorkflowFields.Name, templates: false)?.Text },
                    "description" => workflow with { Description = _read.Value(value, "description", WorkflowFields.Description, templates: false)?.Text },
                    "inputs" => workflow with { Inputs = [.. _read.Entries(value, "inputs", null).Select(e => Input(e.Key, e.Value)).OfType<WorkflowInput>()] },
                    "budget" => workflow with { Budget = Budget(value, "the workflow's budget", WorkflowFields.RunLimits, s_runLimits) },
                    "tasks" => workflow with { Tasks = Tasks(value, defaults) },
                    _ => workflow,
                };
            }

            return workflow;
        }

        private WorkflowInput? Input(YamlPiece.Scalar key, YamlPiece value)
        {
            if (!IsKey(key, "an input's name")) return null;
            if (value is YamlPiece.Scalar scalar) return new WorkflowInput(key.Value, null, scalar.Kind == ScalarKind.Nothing ? null : scalar.Value, key.At);
            var input = new WorkflowInput(key.Value, null, null, key.At);
            foreach (var (name, _, field) in _read.Entries(value, $"the input '{key.Value}'", s_input))
            {
                switch (name)
                {
                    case "description":
                        input = input with { Description = _read.Value(field, "description", WorkflowFields.Description, templates: false)?.Text };
                        break;
                    case "default" when field is YamlPiece.Scalar { Kind: not ScalarKind.Nothing } given:
                        input = input with { Default = given.Value };
                        break;
                    case "default":
                        faults.Add(field, "default takes text, a number, true or false");
                        break;
                    default:
                        if (_read.Value(field, "required", new FieldRule.Truth(), templates: false) is { Text: "true" } && value is YamlPiece.Map map && map.Entries.Any(e => e.Key is YamlPiece.Scalar { Value: "default" }))
                            faults.Add(field, $"the input '{key.Value}' is required and has a default: take one of them out");
                        break;
                }
            }

            return input;
        }

        private ImmutableDictionary<string, WorkflowValue> Budget(YamlPiece value, string owner, ImmutableArray<WorkflowField> fields, ImmutableArray<string> names) =>
            _read.Entries(value, owner, names)
                .Select(e => (e.Name, Value: _read.Value(e.Value, e.Name, WorkflowFields.Find(fields, e.Name)!.Rule, templates: true)))
                .Where(e => e.Value is not null)
                .ToImmutableDictionary(e => e.Name, e => e.Value!);

        private ImmutableArray<WorkflowTask> Tasks(YamlPiece value, WorkflowTask? defaults)
        {
            var entries = _read.Entries(value, "tasks", null);
            if (value is YamlPiece.Map && entries.Count == 0) faults.Add(value, "tasks is empty: a workflow has at least one task");
            if (entries.Count > WorkflowFields.MostTasks)
            {
                faults.Add(entries[WorkflowFields.MostTasks].Key, $"a workflow has at most {WorkflowFields.MostTasks:#,0} tasks; this one has {entries.Count:#,0}");
                return [];
            }

            List<WorkflowTask> tasks = [];
            foreach (var (name, key, body) in entries)
            {
                if (!IsKey(key, "a task's key")) continue;
                var task = Task(name, body, new WorkflowTask(name, key.At), $"the task '{name}'", s_task);
                if (body is YamlPiece.Map map && defaults?.Values.ContainsKey("type") != true && !map.Entries.Any(e => e.Key is YamlPiece.Scalar { Value: "type" or "description" }))
                    faults.Add(key, $"the task '{name}' has neither a type nor a description: nothing says what is to be done");
                tasks.Add(defaults is null ? task : task with
                {
                    Values = defaults.Values.SetItems(task.Values),
                    Context = task.Context.IsEmpty ? defaults.Context : task.Context,
                    Inputs = task.Inputs.IsEmpty ? defaults.Inputs : task.Inputs,
                });
            }

            return [.. tasks];
        }

        private WorkflowTask Task(string key, YamlPiece body, WorkflowTask task, string owner, ImmutableArray<string> known)
        {
            var limits = ImmutableDictionary<string, WorkflowValue>.Empty;
            foreach (var (name, keyPiece, value) in _read.Entries(body, owner, known))
            {
                switch (name)
                {
                    case WorkflowFields.ContextKey:
                        task = task with { Context = [.. _read.Values(value, name, WorkflowFields.Path, templates: true)] };
                        break;
                    case WorkflowFields.InputsKey:
                        task = task with { Inputs = [.. _read.Values(value, name, WorkflowFields.Path, templates: true)] };
                        break;
                    case WorkflowFields.NeedsKey:
                        task = Needs(task, key, value);
                        break;
                    case WorkflowFields.WhenKey:
                        if (_read.Value(value, name, WorkflowFields.Condition, templates: false) is { } when) task = When(task, when);
                        break;
                    case WorkflowFields.BudgetKey:
                        limits = Budget(value, $"the budget of '{key}'", WorkflowFields.Limits, s_limits);
                        break;
                    default:
                        if (_read.Value(value, name, WorkflowFields.Find(s_taskFields, name)!.Rule, templates: true) is { } read)
                            task = task with { Values = task.Values.SetItem(name, read) };
                        break;
                }
            }

            foreach (var (name, value) in limits)
            {
                if (task.Values.ContainsKey(name)) faults.Add(value.At, $"{owner} has {name} twice: in itself and in its budget");
                task = task with { Values = task.Values.SetItem(name, value) };
            }

            return task;
        }

        private WorkflowTask Needs(WorkflowTask task, string key, YamlPiece value)
        {
            if (value is not YamlPiece.Map) return task with { After = Keys(value, "needs") };
            foreach (var (name, _, list) in _read.Entries(value, $"needs of '{key}'", s_needs))
            {
                task = name switch
                {
                    "after" => task with { After = Keys(list, name) },
                    "any" => task with { Any = Keys(list, name) },
                    _ => task with { Ended = Keys(list, name) },
                };
            }

            return task;
        }

        private ImmutableArray<WorkflowValue> Keys(YamlPiece piece, string field) => [.. _read.Values(piece, field, WorkflowFields.Key, templates: false)];

        private WorkflowTask When(WorkflowTask task, WorkflowValue text)
        {
            switch (ConditionParser.Parse(text.Text))
            {
                case ConditionReading.Read(var condition):
                    return task with { When = condition, WhenText = text };
                case ConditionReading.Refused(var offset, var what):
                    faults.Add(text.Where, Math.Min(offset, Math.Max(0, text.Text.Length - 1)), $"when: {what}");
                    break;
            }

            return task;
        }

        private bool IsKey(YamlPiece.Scalar key, string what)
        {
            if (Regex.IsMatch(key.Value, WorkflowFields.KeyPattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) && !key.Value.EndsWith('\n')) return true;
            faults.Add(key, $"{FaultList.Shown(key.Value)} is no key: {what} is {WorkflowFields.KeyAllowed}");
            return false;
        }
    }
}

/// <summary>What became of a file.</summary>
/// <param name="Workflow">As far as it could be read; whole where there are no faults.</param>
/// <param name="Faults">All of them, in the order of the file.</param>
/// <param name="Source">Tells where each part of it stands.</param>
public sealed record WorkflowReading(Workflow Workflow, IReadOnlyList<PlanFault> Faults, YamlSource Source);
