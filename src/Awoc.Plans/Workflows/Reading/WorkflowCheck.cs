using Awoc.Plans.Yaml;

namespace Awoc.Plans.Workflows.Reading;

/// <summary>What a schema cannot say of a workflow: that tasks and inputs that are named exist, and that no task waits for itself.</summary>
internal static class WorkflowCheck
{
    public static void Look(Workflow workflow, FaultList faults)
    {
        var graph = new WorkflowGraph(workflow.Tasks);
        var inputs = workflow.Inputs.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var task in workflow.Tasks)
        {
            Needs(task, graph, faults);
            When(task, graph, inputs, faults);
            foreach (var (name, value) in task.Values) Templates(task, value, graph, inputs, inDescription: name == "description", faults);
            foreach (var value in task.Context.Concat(task.Inputs)) Templates(task, value, graph, inputs, inDescription: false, faults);
        }

        foreach (var value in workflow.Budget.Values) Templates(null, value, graph, inputs, inDescription: false, faults);
        foreach (var cycle in graph.Cycles())
            faults.Add(graph[cycle[0]]!.At, $"these tasks wait for one another: {string.Join(" → ", cycle)}");
    }

    private static void Needs(WorkflowTask task, WorkflowGraph graph, FaultList faults)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var need in task.Needs)
        {
            if (need.Text == task.Key) faults.Add(need.At, $"the task '{task.Key}' needs itself");
            else if (graph[need.Text] is null) faults.Add(need.At, $"'{task.Key}' needs '{need.Text}', and there is no such task{FaultList.Hint(need.Text, graph.Keys)}");
            else if (!seen.Add(need.Text)) faults.Add(need.At, $"'{task.Key}' needs '{need.Text}' twice");
        }
    }

    private static void When(WorkflowTask task, WorkflowGraph graph, HashSet<string> inputs, FaultList faults)
    {
        if (task is not { When: { } when, WhenText: { } text }) return;
        foreach (var input in when.Inputs.Where(i => !inputs.Contains(i)))
            faults.Add(text.Where, Offset(text.Text, $"inputs.{input}"), $"when: there is no input '{input}'{FaultList.Hint(input, inputs)}");
        foreach (var key in when.Tasks)
        {
            var named = Offset(text.Text, key);
            if (graph[key] is null) faults.Add(text.Where, named, $"when: there is no task '{key}'{FaultList.Hint(key, graph.Keys)}");
            else if (key == task.Key) faults.Add(text.Where, named, $"when: '{key}' is the task itself");
            else if (!graph.WaitsFor(task, key, orAny: true)) faults.Add(text.Where, named, $"when: '{task.Key}' does not wait for '{key}': add it to needs");
        }
    }

    private static void Templates(WorkflowTask? task, WorkflowValue value, WorkflowGraph graph, HashSet<string> inputs, bool inDescription, FaultList faults)
    {
        foreach (var template in Template.In(value.Where.Value))
        {
            var what = template switch
            {
                Template.Faulty(var why, _, _) => why,
                Template.Input(var name, _, _) when !inputs.Contains(name) => $"there is no input '{name}'{FaultList.Hint(name, inputs)}{(inputs.Count == 0 ? ": the workflow has no inputs" : "")}",
                Template.Task when !inDescription => "what a task produced can be named in a description only: it is not known before the run",
                Template.Task(var key, _, _, _, _) when graph[key] is null => $"there is no task '{key}'{FaultList.Hint(key, graph.Keys)}",
                Template.Task(var key, _, _, _, _) when key == task!.Key => $"'{key}' is the task itself",
                Template.Task(var key, _, _, _, _) when !graph.WaitsFor(task!, key, orAny: false) => $"'{task!.Key}' does not wait for '{key}': add it to needs",
                _ => null,
            };
            if (what is not null) faults.Add(value.Where, template.Offset, what);
        }
    }

    private static int Offset(string text, string part) => Math.Max(0, text.IndexOf(part, StringComparison.Ordinal));
}
