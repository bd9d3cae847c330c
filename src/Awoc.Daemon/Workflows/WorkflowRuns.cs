using Awoc.Client.Wire;
using Awoc.Core.Tasks;
using Awoc.Engine.Launching;

namespace Awoc.Daemon.Workflows;

/// <summary>
/// Runs workflows. A run is one batch: its tasks are stored together, wait for one another by themselves, and go on whatever becomes of
/// whoever asked, and of this daemon.
/// </summary>
internal sealed class WorkflowRuns(WorkflowPlanner planner, Launcher launcher) : IDisposable
{
    /// <summary>What is planned holds until it is stored: of two who ask at once, the second finds the run of the first.</summary>
    private readonly SemaphoreSlim _one = new(1);

    /// <param name="idempotencyKey">A second request under the same key launches nothing, and is answered with the run of the first.</param>
    public async Task<RunAnswer> RunAsync(WorkflowRequest request, string? idempotencyKey, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var answer = await planner.PlanAsync(request, idempotencyKey, cancellation);
            if (answer is not PlanAnswer.Planned(var run)) return new RunAnswer.NotPlanned(answer);
            if (run.Repeats is { } own) return new RunAnswer.Ran(run, own, run.LiveTasks, Attached: false, []);
            if (run.Live is { } live)
                return request.Fresh ? new RunAnswer.UnderWay(run.Workflow.Name, live) : new RunAnswer.Ran(run, live, run.LiveTasks, Attached: true, []);
            if (!run.Launches.Any()) return new RunAnswer.Ran(run, null, new Dictionary<string, AgentTask>(), Attached: false, []);
            return await LaunchAsync(run, RunOrder.NameOf(run.Workflow.Name, idempotencyKey), request, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<RunAnswer> LaunchAsync(PlannedRun run, string name, WorkflowRequest request, CancellationToken cancellation)
    {
        var answer = await launcher.LaunchAsync(RunOrder.Of(run, name, request), idempotencyKey: null, cancellation);
        if (answer is not LaunchAnswer.Launched(var tasks, var notices)) return new RunAnswer.Refused(answer, run);
        return new RunAnswer.Ran(run, name, tasks.ToDictionary(t => t.Spec.Step!.Step), Attached: false, notices);
    }
}

/// <summary>The answer to somebody who wants a workflow run.</summary>
internal abstract record RunAnswer
{
    private RunAnswer()
    {
    }

    /// <param name="Name">The run's; null where all was reused.</param>
    /// <param name="Tasks">By step.</param>
    /// <param name="Attached">It was under way already.</param>
    public sealed record Ran(PlannedRun Run, string? Name, IReadOnlyDictionary<string, AgentTask> Tasks, bool Attached, IReadOnlyList<string> Notices) : RunAnswer;

    public sealed record NotPlanned(PlanAnswer Why) : RunAnswer;

    /// <summary>All of it was to run afresh, and a run is under way.</summary>
    public sealed record UnderWay(string Workflow, string Run) : RunAnswer;

    public sealed record Refused(LaunchAnswer Why, PlannedRun Run) : RunAnswer;
}
