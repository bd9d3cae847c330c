using Awoc.Client.Wire;
using Awoc.Core.Tasks;
using Awoc.Engine.Launching;
using Awoc.Engine.Supervision;
using Awoc.Plans;
using Awoc.Plans.Workflows;
using Awoc.Plans.Workflows.Reading;
using Awoc.Plans.Workflows.Resuming;

namespace Awoc.Daemon.Workflows;

/// <summary>From the text of a workflow file to what a run of it would be: read, filled in, held against what ran before.</summary>
internal sealed class WorkflowPlanner(EnginePorts ports, BatchPlanner planner)
{
    /// <summary>A file's faults, those that only its directory and the agents here can tell of included.</summary>
    public async Task<(WorkflowReading Reading, IReadOnlyList<PlanFault> Faults)> CheckAsync(WorkflowRequest request, CancellationToken cancellation)
    {
        var reading = WorkflowReader.Read(request.Text);
        if (reading.Faults.Count > 0) return (reading, reading.Faults);
        var bound = WorkflowBinding.Bind(reading, request.Inputs);
        // Without an input nobody can say what a value is.
        if (bound.Workflow is not { } workflow) return (reading, bound.Faults);
        var (_, faults, _) = await DraftAsync(workflow, request, cancellation);
        return (reading, faults);
    }

    public async Task<PlanAnswer> PlanAsync(WorkflowRequest request, CancellationToken cancellation)
    {
        var reading = WorkflowReader.Read(request.Text);
        if (reading.Faults.Count > 0) return new PlanAnswer.Faulty(reading.Faults);
        var bound = WorkflowBinding.Bind(reading, request.Inputs);
        if (bound.InputFaults.Count > 0) return new PlanAnswer.WrongInputs(bound.InputFaults);
        if (bound.Workflow is not { } workflow) return new PlanAnswer.Faulty(bound.Faults);
        var (drafted, faults, noAgent) = await DraftAsync(workflow, request, cancellation);
        if (faults.Count > 0) return new PlanAnswer.Faulty(faults);
        if (noAgent is { } none) return new PlanAnswer.NoAgent(none);

        Dictionary<string, Drafted> byKey = drafted.ToDictionary(d => d.Task.Key);
        var files = new ContentDigest(drafted.Select(d => d.Draft!.Spec.Output).OfType<string>().ToHashSet(StringComparer.Ordinal));
        List<PlanFault> gone = [];
        List<(Drafted Drafted, int Level, PlannedStep Step)> steps = [];
        foreach (var (task, level) in new WorkflowGraph(reading.Workflow.Tasks).Levels())
        {
            var step = byKey[task.Key];
            steps.Add((step, level, Step(workflow, step, request, files, gone)));
        }

        if (gone.Count > 0) return new PlanAnswer.Faulty([.. gone.OrderBy(f => f.Line).ThenBy(f => f.Column)]);
        var earlier = new EarlierSteps(ports.Book.Store, ports.Paths);
        var live = await earlier.BeginAsync(workflow.Name, cancellation);
        var decisions = await Resumption.DecideAsync(
            [.. steps.Select(s => s.Step)], sha => earlier.WithInputsAsync(sha, cancellation), id => earlier.ResultShaAsync(id, cancellation), request.Fresh);
        var run = new PlannedRun(
            workflow,
            [.. steps.Zip(decisions, (s, decision) => Planned(s.Drafted, s.Level, decision, earlier))]);
        var shas = decisions.Select(d => d.InputsSha).ToHashSet(StringComparer.Ordinal);
        if (live.FirstOrDefault(t => shas.Contains(t.Spec.Step!.InputsSha)) is { Spec.Step.Run: var name })
            return new PlanAnswer.Planned(run with { Live = name, LiveTasks = await earlier.OfRunAsync(workflow.Name, name, cancellation) });
        if (!run.Launches.Any()) return new PlanAnswer.Planned(run);

        // What is launched as one has faults that no step has by itself: its money, above all.
        var together = await planner.LookAsync(RunOrder.Of(run, RunOrder.NewName(workflow.Name), request), cancellation);
        return together.Faults.Count > 0 ? new PlanAnswer.Faulty([.. together.Faults.Select(run.Place)]) : new PlanAnswer.Planned(run);
    }

    private static PlannedTask Planned(Drafted drafted, int level, StepDecision decision, EarlierSteps earlier)
    {
        var anew = decision.Reused is null && decision.Why is null ? earlier.WhyAnew(decision.Key, decision.InputsSha) : null;
        return new PlannedTask(drafted.Task, level, drafted.Order, drafted.Draft!.Spec, drafted.Draft.Past, anew is null ? decision : decision with { Why = anew })
        {
            Reused = decision.Reused is { } id ? earlier.Task(id) : null,
            Replaces = decision.Reused is null ? earlier.OwnAt(decision.Key, drafted.Draft.Spec.Output) : null,
        };
    }

    private static PlannedStep Step(BoundWorkflow workflow, Drafted step, WorkflowRequest request, ContentDigest files, List<PlanFault> gone)
    {
        var (task, spec) = (step.Task, step.Draft!.Spec);
        List<(string, string?)> contents = [];
        foreach (var path in spec.Context) contents.Add(("context " + path, Digest(path, task.At(WorkflowFields.ContextKey))));
        for (var i = 0; i < task.Inputs.Length; i++)
        {
            var (given, at) = (task.Inputs[i], task.Task.Inputs[i].At);
            var path = Path.GetFullPath(given, StepOrders.Cwd(task, request));
            if (Digest(path, at) is { } content) contents.Add(("input " + path, content));
            else if (gone.All(g => (g.Line, g.Column) != (at.Line, at.Column))) gone.Add(new PlanFault(at.Line, at.Column, $"inputs of '{task.Key}' names '{given}'; it takes a file or directory that exists ({path} does not)"));
        }

        return new PlannedStep(
            task.Key,
            StepDefinition.ShaOf(workflow.Name, task, spec, contents),
            [.. task.Task.After.Select(n => ("after", n.Text)), .. task.Task.Any.Select(n => ("any", n.Text)), .. task.Task.Ended.Select(n => ("ended", n.Text))],
            task.Uses);

        string? Digest(string path, Plans.Yaml.TextPosition at)
        {
            try
            {
                return files.Of(path);
            }
            catch (IOException unreadable)
            {
                gone.Add(new PlanFault(at.Line, at.Column, unreadable.Message));
                return null;
            }
        }
    }

    private async Task<(IReadOnlyList<Drafted> Drafted, IReadOnlyList<PlanFault> Faults, LaunchAnswer? NoAgent)> DraftAsync(
        BoundWorkflow workflow, WorkflowRequest request, CancellationToken cancellation)
    {
        var (environment, secrets) = (WithValues(request.Environment), WithValues(request.Secrets));
        List<LaunchOrder> orders = [.. workflow.Tasks.Select(t => StepOrders.Of(workflow.Name, t, request, environment, secrets))];
        BatchEntry[] entries = [.. workflow.Tasks.Select((task, i) => new BatchEntry(task.Key, StepOrders.WithNeeds(orders[i], task)) { Step = new StepOrder(workflow.Name, "", task.When?.ToString()) { Reads = task.Uses } })];
        // Each by itself: which of them are launched, and so share the money, is not known yet.
        var outlook = await planner.LookAsync(new BatchOrder(entries), cancellation);
        var made = outlook.Tasks.ToDictionary(t => t.Index);
        List<Drafted> drafted = [.. workflow.Tasks.Select((task, i) => new Drafted(task, orders[i], made.GetValueOrDefault(i)))];
        List<PlanFault> faults = [.. outlook.Faults.Select(f => StepOrders.Fault(f, workflow.Tasks[f.Index!.Value])), .. Clashes(drafted)];
        return (drafted, [.. faults.Distinct().OrderBy(f => f.Line).ThenBy(f => f.Column)], outlook.NoAgent);
    }

    /// <summary>Files that two steps write, or that one writes and another is to know before the run.</summary>
    private static IEnumerable<PlanFault> Clashes(IReadOnlyList<Drafted> drafted)
    {
        Dictionary<string, string> writers = new(StringComparer.Ordinal);
        foreach (var (task, _, draft) in drafted)
        {
            if (draft?.Spec.Output is not { } output || writers.TryAdd(output, task.Key)) continue;
            var at = task.At("output");
            yield return new PlanFault(at.Line, at.Column, $"output of '{task.Key}' is that of '{writers[output]}' too: name another file");
        }

        foreach (var (task, _, draft) in drafted)
        {
            foreach (var (path, at) in (draft?.Spec.Context ?? []).Zip(task.Task.Context, (path, value) => (path, value.At)))
            {
                if (writers.TryGetValue(path, out var writer))
                    yield return new PlanFault(at.Line, at.Column, $"context of '{task.Key}' is what '{writer}' is to write: write ${{tasks.{writer}.output}} into the description");
            }
        }
    }

    /// <summary>JSON may say null where the type does not.</summary>
    private static Dictionary<string, string> WithValues(IReadOnlyDictionary<string, string> variables) =>
        variables.Where(v => v.Value is not null).ToDictionary(v => v.Key, v => v.Value);

    /// <param name="Draft">Null where it is faulty, or no agent can run it.</param>
    private sealed record Drafted(BoundTask Task, LaunchOrder Order, PlannedLaunch? Draft);
}
