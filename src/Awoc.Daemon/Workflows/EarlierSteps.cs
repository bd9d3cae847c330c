using System.Collections.Immutable;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;
using Awoc.Plans.Workflows.Resuming;

namespace Awoc.Daemon.Workflows;

/// <summary>What ran before of a workflow, and whether its results are still there.</summary>
internal sealed class EarlierSteps(ITaskStore store, AwocPaths paths)
{
    /// <summary>Of one step with the same inputs: the newest success is almost always the first.</summary>
    private const int Looked = 20;

    /// <summary>Of a workflow, for words on why a step runs again.</summary>
    private const int LookedOfWorkflow = 2_000;

    /// <summary>Of a workflow, for the tasks of a run that is under way: the largest, twice.</summary>
    private const int LookedForRun = 20_000;

    private readonly Dictionary<string, AgentTask> _seen = new(StringComparer.Ordinal);
    private Dictionary<string, AgentTask> _newest = new(StringComparer.Ordinal);

    /// <summary>The newest tasks of the workflow by step, and all that are under way.</summary>
    public async Task<IReadOnlyList<AgentTask>> BeginAsync(string workflow, CancellationToken cancellation)
    {
        var tasks = await store.WorkflowAsync(workflow, LookedOfWorkflow, cancellation);
        _newest = tasks.GroupBy(t => t.Spec.Step!.Step).ToDictionary(g => g.Key, g => g.First());
        foreach (var task in tasks) _seen[task.Id.Value] = task;
        return [.. tasks.Where(t => t.State != TaskState.Ended)];
    }

    /// <summary>The tasks that had the same inputs, newest first.</summary>
    public async Task<IReadOnlyList<EarlierStep>> WithInputsAsync(string inputsSha, CancellationToken cancellation)
    {
        List<EarlierStep> steps = [];
        foreach (var task in await store.StepsAsync(inputsSha, Looked, cancellation))
        {
            _seen[task.Id.Value] = task;
            var succeeded = task is { State: TaskState.Ended, Outcome: TaskOutcome.Succeeded };
            steps.Add(new EarlierStep(task.Id.Value, succeeded, task.Spec.References.ToImmutableDictionary(r => r.Key, r => r.Value.Value))
            {
                Lost = succeeded ? LostOf(task) : null,
            });
        }

        return steps;
    }

    /// <summary>The tasks of one run, by step.</summary>
    public async Task<IReadOnlyDictionary<string, AgentTask>> OfRunAsync(string workflow, string run, CancellationToken cancellation) =>
        (await store.WorkflowAsync(workflow, LookedForRun, cancellation)).Where(t => t.Spec.Step!.Run == run).GroupBy(t => t.Spec.Step!.Step).ToDictionary(g => g.Key, g => g.First());

    public AgentTask? Task(string id) => _seen.GetValueOrDefault(id);

    /// <summary>SHA-256 of a task's result; null where it is gone.</summary>
    public async Task<string?> ResultShaAsync(string id, CancellationToken cancellation)
    {
        if (!_seen.TryGetValue(id, out var task))
        {
            task = await store.FindAsync(TaskId.Parse(id), cancellation);
            if (task is null) return null;
            _seen[id] = task;
        }

        var kept = paths.Task(task.Id).Output(task.Spec.Output);
        return ContentHash.OfFile(kept) ?? (task.ResultPath is { } path ? ContentHash.OfFile(path) : null);
    }

    /// <summary>Why a step runs that has no success with these inputs: what became of its newest task.</summary>
    public string? WhyAnew(string step, string inputsSha)
    {
        if (_newest.GetValueOrDefault(step) is not { } task) return null;
        if (task.State != TaskState.Ended) return null;
        var how = task.Outcome == TaskOutcome.Succeeded ? "succeeded" : $"ended {(task.Reason == EndReason.Skipped ? "skipped" : task.Outcome.Text())}";
        return task.Spec.Step!.InputsSha == inputsSha
            ? $"task {task.Id.Handle} of it {how}"
            : $"its definition, its files, or what it needs changed since task {task.Id.Handle}, which {how}";
    }

    /// <summary>SHA-256 of the file that an earlier task of the step put at its OUTPUT, where that stands there as it was; null otherwise.</summary>
    public string? OwnAt(string step, string? output)
    {
        if (output is null || _newest.GetValueOrDefault(step) is null || !File.Exists(output)) return null;
        var now = ContentHash.OfFile(output);
        return now is not null && _seen.Values.Any(t => t.Spec.Step?.Step == step && t.Spec.Output == output && DeliveredBy(t) == now) ? now : null;
    }

    private string? DeliveredBy(AgentTask task)
    {
        var delivered = paths.Task(task.Id).Delivered;
        return File.Exists(delivered) ? File.ReadAllText(delivered).Trim() : null;
    }

    private string? LostOf(AgentTask task)
    {
        var (handle, output) = (task.Id.Handle, task.Spec.Output);
        if (task.Result == TaskResult.None) return null;
        if (task is not { Delivered: true, Spec.Integrate: null } || output is null)
            return task.ResultPath is null || File.Exists(task.ResultPath) ? null : $"its result, {task.ResultPath}, is gone";
        if (ContentHash.OfFile(output) is not { } now) return $"its result, {output}, is gone";
        return DeliveredBy(task) is { } then && then != now ? $"its result, {output}, was changed since task {handle} wrote it" : null;
    }
}
