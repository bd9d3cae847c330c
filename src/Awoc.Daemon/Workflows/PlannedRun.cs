using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Launching;
using Awoc.Plans;
using Awoc.Plans.Workflows;
using Awoc.Plans.Workflows.Resuming;

namespace Awoc.Daemon.Workflows;

/// <summary>What a run of a workflow would be.</summary>
/// <param name="Steps">Each behind all that it needs.</param>
internal sealed record PlannedRun(BoundWorkflow Workflow, IReadOnlyList<PlannedTask> Steps)
{
    /// <summary>The run that is under way with one of these steps; null for none.</summary>
    public string? Live { get; init; }

    /// <summary>The tasks of <see cref="Live"/> by step.</summary>
    public IReadOnlyDictionary<string, AgentTask> LiveTasks { get; init; } = new Dictionary<string, AgentTask>();

    public IEnumerable<PlannedTask> Launches => Steps.Where(s => s.Decision.Reused is null);

    /// <summary>Where in the file a fault of the launch is.</summary>
    public PlanFault Place(SpecFault fault) =>
        Steps.FirstOrDefault(s => s.Task.Key == fault.Task) is { } step
            ? StepOrders.Fault(fault, step.Task)
            : new PlanFault(1, 1, $"{fault.Field} '{fault.Value}': {fault.Allowed}");
}

/// <param name="Level">0 needs nothing, 1 needs one of 0, and so on.</param>
/// <param name="Spec">As the launch would make it.</param>
internal sealed record PlannedTask(BoundTask Task, int Level, LaunchOrder Order, TaskSpec Spec, PastUse Past, StepDecision Decision)
{
    /// <summary>The task whose result stands for it; null where it is launched.</summary>
    public AgentTask? Reused { get; init; }

    /// <summary>SHA-256 of what an earlier run of the step put at its OUTPUT, and this one may replace; null for nothing.</summary>
    public string? Replaces { get; init; }
}

/// <summary>The answer to somebody who wants a workflow planned.</summary>
internal abstract record PlanAnswer
{
    private PlanAnswer()
    {
    }

    public sealed record Planned(PlannedRun Run) : PlanAnswer;

    /// <summary>The file is no workflow that could run.</summary>
    public sealed record Faulty(IReadOnlyList<PlanFault> Faults) : PlanAnswer;

    public sealed record WrongInputs(IReadOnlyList<InputFault> Faults) : PlanAnswer;

    public sealed record NoAgent(LaunchAnswer Why) : PlanAnswer;
}
