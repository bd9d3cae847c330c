using Awoc.Client.Wire;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Launching;
using Awoc.Plans.Workflows.Reading;

namespace Awoc.Daemon.Workflows;

/// <summary>
/// Runs workflows. A run is one batch: its tasks are stored together, wait for one another by themselves, and go on whatever becomes of
/// whoever asked, and of this daemon.
/// </summary>
internal sealed class WorkflowRuns(ITaskStore store, WorkflowPlanner planner, Launcher launcher) : IDisposable
{
    /// <summary>What is planned holds until it is stored: of two who ask at once, the second finds the run of the first.</summary>
    private readonly SemaphoreSlim _one = new(1);

    /// <param name="idempotencyKey">A second request under the same key launches nothing: the same one is answered with the run of the first, whatever became of that.</param>
    public async Task<RunAnswer> RunAsync(WorkflowRequest request, string? idempotencyKey, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            // Before anything is read: what the run worked with may be gone.
            if (idempotencyKey is not null && await store.FindKeyAsync(idempotencyKey, cancellation) is { } before) return await RepeatAsync(request, before, cancellation);
            var answer = await planner.PlanAsync(request, cancellation);
            if (answer is not PlanAnswer.Planned(var run)) return new RunAnswer.NotPlanned(answer);
            if (run.Live is { } live)
                return request.Fresh ? new RunAnswer.UnderWay(run.Workflow.Name, live) : new RunAnswer.Ran(run, live, run.LiveTasks, Attached: true, []);
            if (!run.Launches.Any()) return new RunAnswer.Ran(run, null, new Dictionary<string, AgentTask>(), Attached: false, []);
            return await LaunchAsync(run, request, idempotencyKey, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<RunAnswer> RepeatAsync(WorkflowRequest request, KeyedLaunch before, CancellationToken cancellation)
    {
        if (before.RequestSha != RunOrder.ShaOf(request)) return new RunAnswer.KeyReused();
        return new RunAnswer.Repeated(
            await store.FindAsync(before.Tasks, cancellation), WorkflowReader.Read(request.Text).Workflow.Tasks.Select(t => t.Key).ToHashSet(StringComparer.Ordinal));
    }

    private async Task<RunAnswer> LaunchAsync(PlannedRun run, WorkflowRequest request, string? idempotencyKey, CancellationToken cancellation)
    {
        var name = RunOrder.NewName(run.Workflow.Name);
        var answer = await launcher.LaunchAsync(RunOrder.Of(run, name, request), idempotencyKey, cancellation);
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

    /// <summary>This very request began a run before, under the same idempotency key.</summary>
    /// <param name="Tasks">Those that it launched; at least one.</param>
    /// <param name="Steps">The keys of all steps, those included that it reused.</param>
    public sealed record Repeated(IReadOnlyList<AgentTask> Tasks, IReadOnlySet<string> Steps) : RunAnswer;

    /// <summary>The idempotency key belongs to another request.</summary>
    public sealed record KeyReused : RunAnswer;

    public sealed record NotPlanned(PlanAnswer Why) : RunAnswer;

    /// <summary>All of it was to run afresh, and a run is under way.</summary>
    public sealed record UnderWay(string Workflow, string Run) : RunAnswer;

    public sealed record Refused(LaunchAnswer Why, PlannedRun Run) : RunAnswer;
}
