using Awoc.Core.Budgets;
using Awoc.Core.Integration;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Metrics;

namespace Awoc.Engine.Tests;

public sealed class SuccessMetricsTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_Nothing_HasNoData()
    {
        var metrics = SuccessMetrics.Of([], [], [], 0);

        Assert.Null(metrics.SuccessRate);
        Assert.Null(metrics.IntegrationQuality);
        Assert.Null(metrics.ParallelEfficiency);
        Assert.Null(metrics.ResourceUtilization);
    }

    [Fact]
    public void Of_Outcomes_CanceledOnesAreNoFailures()
    {
        var metrics = SuccessMetrics.Of(
            [Task(TaskOutcome.Succeeded), Task(TaskOutcome.Succeeded), Task(TaskOutcome.Succeeded), Task(TaskOutcome.TimedOut), Task(TaskOutcome.Canceled)], [], [], 0);

        Assert.Equal((5, 0.75), (metrics.Ended, metrics.SuccessRate));
        Assert.Null(SuccessMetrics.Of([Task(TaskOutcome.Canceled)], [], [], 0).SuccessRate);
    }

    [Fact]
    public void Of_Attempts_ParallelIsRunningOverTheirUnion()
    {
        // 0 to 10 and 5 to 15 overlap; 6 to 8 lies within; 20 to 25 stands apart; one still runs.
        var metrics = SuccessMetrics.Of([], [Attempt(5, 15), Attempt(0, 10), Attempt(20, 25), Attempt(6, 8), Attempt(30, null)], [], 0);

        Assert.Equal((TimeSpan.FromSeconds(27), TimeSpan.FromSeconds(20)), (metrics.Running, metrics.Busy));
        Assert.Equal(1.35, metrics.ParallelEfficiency!.Value, 9);
    }

    [Fact]
    public void Of_Integrations_MeanScoreAndSummedParts()
    {
        IntegrationQuality[] integrations =
        [
            new() { TargetLines = 10, TargetLinesKept = 10 },
            new() { TargetLines = 10, TargetLinesKept = 10, DanglingLinks = 1, ContractFindings = 1, DuplicatesAvoided = 3 },
        ];

        var metrics = SuccessMetrics.Of([], [], integrations, 1);

        Assert.Equal(0.9, metrics.IntegrationQuality!.Value, 9);
        Assert.Equal((20, 20, 1, 1, 3), (metrics.Parts.TargetLines, metrics.Parts.TargetLinesKept, metrics.Parts.DanglingLinks, metrics.Parts.ContractFindings, metrics.Parts.DuplicatesAvoided));
    }

    [Fact]
    public void Of_Tokens_CommandsWithoutAModelDoNotCount()
    {
        var command = Task(TaskOutcome.Succeeded);
        command = command with { Spec = command.Spec with { Model = null } };

        Assert.Equal(0.25, SuccessMetrics.Of([Task(TaskOutcome.Succeeded), command], [], [], 0).ResourceUtilization);
    }

    [Fact]
    public void Of_Input_ShareIsWhatWasReadOfAll()
    {
        var (reader, writer, command) = (Task(TaskOutcome.Succeeded), Task(TaskOutcome.Failed), Task(TaskOutcome.Succeeded));
        reader = reader with { Usage = new Usage(Output: 1, Input: 100, CacheRead: 600) };
        writer = writer with { Usage = new Usage(Output: 1, CacheRead: 0, CacheWrite: 300) };
        command = command with { Spec = command.Spec with { Model = null }, Usage = new Usage(CacheRead: 5000) };

        var metrics = SuccessMetrics.Of([reader, writer, command], [], [], 0);

        Assert.Equal((0.6, 600, 300, 100), (metrics.CacheReadShare, metrics.Input.CacheRead, metrics.Input.CacheWrite, metrics.Input.Input));
        Assert.Null(SuccessMetrics.Of([], [], [], 0).CacheReadShare);
    }

    private static AgentTask Task(TaskOutcome outcome) => new()
    {
        Id = TaskId.New(TimeProvider.System),
        Version = 4,
        Spec = new TaskSpec { Type = "research", Agent = "builtin", Model = "sonnet", Budget = new Budget(1000, 60), Cwd = "/" },
        State = TaskState.Ended,
        Outcome = outcome,
        Usage = new Usage(Output: 250),
        CreatedAt = s_start,
    };

    private static AttemptRecord Attempt(int from, int? to) => new()
    {
        Task = TaskId.New(TimeProvider.System),
        Number = 1,
        Fence = 1,
        Node = "node",
        StartedAt = s_start.AddSeconds(from),
        EndedAt = to is { } end ? s_start.AddSeconds(end) : null,
    };
}
