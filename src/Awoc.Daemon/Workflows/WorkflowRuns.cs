using System.Globalization;
using System.Security.Cryptography;
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
    private const int SuffixDigits = 6;

    /// <summary>What is planned holds until it is stored: of two who ask at once, the second finds the run of the first.</summary>
    private readonly SemaphoreSlim _one = new(1);

    public async Task<RunAnswer> RunAsync(WorkflowRequest request, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var answer = await planner.PlanAsync(request, cancellation);
            if (answer is not PlanAnswer.Planned(var run)) return new RunAnswer.NotPlanned(answer);
            if (run.Live is { } live)
                return request.Fresh ? new RunAnswer.UnderWay(run.Workflow.Name, live) : new RunAnswer.Ran(run, live, run.LiveTasks, Attached: true, []);
            if (!run.Launches.Any()) return new RunAnswer.Ran(run, null, new Dictionary<string, AgentTask>(), Attached: false, []);
            return await LaunchAsync(run, request, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<RunAnswer> LaunchAsync(PlannedRun run, WorkflowRequest request, CancellationToken cancellation)
    {
        var name = $"{run.Workflow.Name}-{RandomNumberGenerator.GetHexString(SuffixDigits, lowercase: true)}";
        List<PlannedTask> launches = [.. run.Launches];
        var batch = new BatchOrder([.. launches.Select(Entry)])
        {
            Group = name,
            MaxCost = request.MaxCost ?? run.Workflow.Budget.GetValueOrDefault("max_cost"),
            Tokens = Number("tokens"),
            InputTokens = Number("max_input_tokens"),
            Known = run.Steps.Where(s => s.Reused is not null).ToDictionary(s => s.Task.Key, s => s.Reused!.Id),
        };
        var answer = await launcher.LaunchAsync(batch, idempotencyKey: null, cancellation);
        if (answer is not LaunchAnswer.Launched(var tasks, var notices)) return new RunAnswer.Refused(answer, run);
        return new RunAnswer.Ran(run, name, tasks.ToDictionary(t => t.Spec.Step!.Step), Attached: false, notices);

        long? Number(string field) => run.Workflow.Budget.TryGetValue(field, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : null;

        BatchEntry Entry(PlannedTask step) => new(step.Task.Key, StepOrders.WithNeeds(step.Order, step.Task))
        {
            Step = new StepOrder(run.Workflow.Name, step.Decision.InputsSha, step.Task.When?.ToString()) { Replaces = step.Replaces, Reads = step.Task.Uses },
        };
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
