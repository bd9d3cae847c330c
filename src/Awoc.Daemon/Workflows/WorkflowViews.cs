using System.Globalization;
using Awoc.Client.Wire;
using Awoc.Core.Budgets;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Daemon.Api;
using Awoc.Engine.Launching;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Settings;
using Awoc.Plans;
using Awoc.Plans.Workflows;

namespace Awoc.Daemon.Workflows;

/// <summary>Workflows and their runs as the wire shows them.</summary>
internal sealed class WorkflowViews(ITaskStore store, TaskViews tasks, ISettingsSource settings)
{
    private const int Looked = 10_000;

    public static WorkflowCheckView Of(Workflow workflow, IReadOnlyList<PlanFault> faults) => new()
    {
        Name = workflow.Name,
        Description = workflow.Description,
        Faults = [.. faults.Select(f => new WorkflowFaultView(f.Line, f.Column, f.What))],
        Inputs = [.. workflow.Inputs.Select(i => new WorkflowInputView(i.Name, i.Default, i.Description))],
        Tasks = [.. new WorkflowGraph(workflow.Tasks).Levels().Select(t => Of(t.Task, t.Level))],
    };

    /// <param name="maxCost">As the user wrote it, in place of what the file says; null leaves that.</param>
    public WorkflowRunView Plan(PlannedRun run, string? maxCost)
    {
        var plan = new WorkflowRunView
        {
            Workflow = run.Workflow.Name,
            Run = run.Live,
            Attached = run.Live is not null,
            Steps = [.. run.Steps.Select(s => Step(s, run.LiveTasks, run.Live is not null))],
            Notices = Notices(run),
        };
        if (run.Live is not null || !run.Launches.Any()) return plan;
        var all = settings.Read(null);
        var estimate = BatchEstimate.Of([.. run.Launches.Select((l, at) => new PlannedLaunch(at, l.Spec, l.Past))], all.Concurrency ?? ConcurrencyLimit.Default);
        var given = maxCost is not null && LimitTexts.TryCost(maxCost, out var dollars) ? dollars : (decimal?)null;
        var view = Estimate(run, estimate, given ?? Limit(run, "max_cost") ?? estimate.MostUsd);
        return plan with { Estimate = view, Confirm = BatchEndpoints.Confirm(all, view.MostTokens, view.CostUsd.High) };
    }

    public WorkflowRunView Of(RunAnswer.Ran ran) => new()
    {
        Workflow = ran.Run.Workflow.Name,
        Run = ran.Name,
        Attached = ran.Attached,
        Steps = [.. ran.Run.Steps.Select(s => Step(s, ran.Tasks, ran.Attached))],
        Notices = [.. Notices(ran.Run), .. ran.Notices],
    };

    /// <summary>The newest run, and of steps that it reused the newest task; null where there is none.</summary>
    public async Task<WorkflowRunView?> NewestAsync(string workflow, CancellationToken cancellation) =>
        await store.WorkflowAsync(workflow, Looked, cancellation) is { Count: > 0 } all ? Of(workflow, all) : null;

    /// <summary>A run as it stands, which later ones may have followed.</summary>
    public async Task<WorkflowRunView> OfAsync(RunAnswer.Repeated repeated, CancellationToken cancellation)
    {
        var step = repeated.Tasks[0].Spec.Step!;
        var earlier = (await store.WorkflowAsync(step.Workflow, Looked, cancellation)).SkipWhile(t => t.Spec.Step!.Run != step.Run).SkipWhile(t => t.Spec.Step!.Run == step.Run);
        return Of(step.Workflow, [.. repeated.Tasks.Reverse(), .. earlier.Where(t => repeated.Steps.Contains(t.Spec.Step!.Step))]);
    }

    /// <param name="all">Newest first.</param>
    private WorkflowRunView Of(string workflow, IReadOnlyList<AgentTask> all)
    {
        var run = all[0].Spec.Step!.Run;
        List<AgentTask> newest = [.. all.GroupBy(t => t.Spec.Step!.Step).Select(g => g.FirstOrDefault(t => t.Spec.Step!.Run == run) ?? g.FirstOrDefault(t => t.Outcome == TaskOutcome.Succeeded) ?? g.First())];
        Dictionary<TaskId, string> keys = newest.ToDictionary(t => t.Id, t => t.Spec.Step!.Step);
        var levels = Levels(newest);
        return new WorkflowRunView
        {
            Workflow = workflow,
            Run = run,
            Steps =
            [
                .. newest.OrderBy(t => levels[t.Id]).ThenBy(t => t.CreatedAt).ThenBy(t => t.Id.Value, StringComparer.Ordinal).Select(t => new WorkflowStepView
                {
                    Key = t.Spec.Step!.Step,
                    Action = t.Spec.Step.Run == run ? "run" : "reuse",
                    Level = levels[t.Id],
                    Needs = [.. (t.Spec.Start?.Tasks ?? []).Where(keys.ContainsKey).Select(id => keys[id])],
                    Task = tasks.Of(t),
                }),
            ],
        };
    }

    private static Dictionary<TaskId, int> Levels(List<AgentTask> newest)
    {
        Dictionary<TaskId, int> levels = [];
        var known = newest.Select(t => t.Id).ToHashSet();

        // From the oldest on, what waits mostly comes behind what it waits for: two passes or three.
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var task in Enumerable.Reverse(newest))
            {
                var level = (task.Spec.Start?.Tasks ?? []).Where(known.Contains).Select(id => levels.GetValueOrDefault(id) + 1).DefaultIfEmpty().Max();
                changed |= !levels.TryGetValue(task.Id, out var before) || before != level;
                levels[task.Id] = level;
            }
        }

        return levels;
    }

    private WorkflowStepView Step(PlannedTask step, IReadOnlyDictionary<string, AgentTask> launched, bool attached)
    {
        var task = launched.GetValueOrDefault(step.Task.Key);
        return new WorkflowStepView
        {
            Key = step.Task.Key,
            Action = attached && task is not null ? "attach" : task is null && step.Reused is not null ? "reuse" : "run",
            Why = attached || step.Reused is not null ? null : step.Decision.Why,
            Level = step.Level,
            Needs = [.. step.Task.Task.Needs.Select(n => n.Text)],
            Task = (task ?? step.Reused) is { } known ? tasks.Of(known) : null,
        };
    }

    private static IReadOnlyList<string> Notices(PlannedRun run)
    {
        if (run.Live is not { } live) return [];
        var changed = run.Steps.Where(s => s.Reused is null && run.LiveTasks.GetValueOrDefault(s.Task.Key)?.Spec.Step?.InputsSha != s.Decision.InputsSha).Select(s => s.Task.Key).ToList();
        return
        [
            $"the run {live} is under way: nothing is launched anew",
            .. changed.Count == 0 ? Array.Empty<string>() : [$"changed since it began: {string.Join(", ", changed.Take(10))}{(changed.Count > 10 ? ", …" : "")}; run it once more when it has ended"],
        ];
    }

    private static BatchEstimateView Estimate(PlannedRun run, BatchEstimate estimate, decimal? most) => new(
        estimate.Tasks,
        estimate.Known,
        new RangeView(estimate.Tokens.Low, estimate.Tokens.High),
        new RangeView(estimate.CostUsd.Low, estimate.CostUsd.High is { } high && most is { } limit ? Math.Min(high, limit) : estimate.CostUsd.High ?? most),
        new RangeView(
            Math.Max(estimate.Seconds.Low, Longest(run, l => l.Past.Tasks > 0 ? l.Past.Seconds.Half : 0)),
            Math.Max(estimate.Seconds.High, Longest(run, l => l.Past.Tasks > 0 ? Math.Min(l.Past.Seconds.NineTenths, l.Spec.Budget.TimeoutSeconds) : l.Spec.Budget.TimeoutSeconds))),
        Math.Min(estimate.MostTokens, Limit(run, "tokens") is { } tokens ? (long)tokens : long.MaxValue),
        most);

    private static decimal? Limit(PlannedRun run, string field) =>
        run.Workflow.Budget.TryGetValue(field, out var text) ? decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : null;

    /// <summary>The longest way through those that are launched, in seconds.</summary>
    private static long Longest(PlannedRun run, Func<PlannedTask, long> seconds)
    {
        Dictionary<string, long> ends = new(StringComparer.Ordinal);
        foreach (var step in run.Steps)
        {
            var start = step.Task.Task.Needs.Select(n => ends.GetValueOrDefault(n.Text)).DefaultIfEmpty().Max();
            ends[step.Task.Key] = start + (step.Reused is null ? seconds(step) : 0);
        }

        return ends.Values.DefaultIfEmpty().Max();
    }

    private static WorkflowTaskView Of(WorkflowTask task, int level)
    {
        var values = task.Values;
        return new WorkflowTaskView
        {
            Key = task.Key,
            Level = level,
            Type = Text("type"),
            Description = Text("description"),
            Model = Text("model"),
            Output = Text("output"),
            After = [.. task.After.Select(n => n.Text)],
            Any = [.. task.Any.Select(n => n.Text)],
            Ended = [.. task.Ended.Select(n => n.Text)],
            When = task.WhenText?.Text,
            Uses =
        [
            .. (task.Values.TryGetValue("description", out var description) ? Template.In(description.Text).OfType<Template.Task>().Select(t => t.Key) : [])
                .Concat(task.When?.Tasks ?? []).Distinct(),
        ],
        };

        string? Text(string field) => values.GetValueOrDefault(field)?.Text;
    }
}
