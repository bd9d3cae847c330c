using Awoc.Core.Alerts;
using Awoc.Core.Integration;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Alerts;
using Awoc.Engine.Integration;
using Awoc.TestKit;

namespace Awoc.Engine.Tests.Integration;

/// <summary>What is launched with <c>--integrate</c>.</summary>
public sealed class LaunchedIntegrationsTests : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private IntegrationBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await IntegrationBench.OpenAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_TasksThatSucceed_AreIntegratedOnceEach()
    {
        _bench.Write("notes.md", "# Notes\n");
        var follower = _bench.Launched();
        await follower.BeginAsync(Cancellation);
        var first = await EndedAsync("One", "notes.md");
        var other = await _bench.EndedAsync("# Not asked for\n");
        var failed = await EndedAsync("Failed", "notes.md", e => e with { Outcome = TaskOutcome.Failed, Reason = EndReason.AgentError });
        await RunUntilAsync(follower, first);
        Assert.Contains("Finding of One.", _bench.Read("notes.md"), StringComparison.Ordinal);

        // A daemon that died before its mark was stored does it over, which changes nothing.
        await _bench.Store.SetMarkAsync("integrations.followed", "0", Cancellation);
        var second = await EndedAsync("Two", "notes.md");
        await RunUntilAsync(_bench.Launched(), second);

        Assert.Equal(1, await CountAsync<TaskEvent.Integrated>(first));
        Assert.Equal(1, _bench.Read("notes.md").Split("Finding of One.").Length - 1);
        Assert.Null((await _bench.FindAsync(other)).ReadAt);
        Assert.Null((await _bench.FindAsync(failed)).ReadAt);
        Assert.DoesNotContain("Finding of Failed.", _bench.Read("notes.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OutputThatWasThereBefore_IsTheTarget()
    {
        var follower = _bench.Launched();
        await follower.BeginAsync(Cancellation);
        var task = await _bench.EndedAsync(
            "# R\n\nWords.\n", output: "report.md", before: "# Report\n", spec: s => s with { Integrate = IntegrationMode.Append });

        await RunUntilAsync(follower, task);

        Assert.StartsWith("# Report\n", _bench.Read("report.md"), StringComparison.Ordinal);
        Assert.Contains("Words.", _bench.Read("report.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TargetThatSaysOtherwise_IsAnAlertWithTheWayToSeeIt()
    {
        _bench.Write("todo.md", "# Todo\n\n- [x] Ship it\n");
        var follower = _bench.Launched();
        await follower.BeginAsync(Cancellation);
        var task = await _bench.EndedAsync(
            "# Todo\n\n- [ ] Ship it\n- [ ] Tell people\n", spec: s => s with { Integrate = IntegrationMode.Merge, IntegrateInto = _bench.In("todo.md") });

        await RunUntilAsync(follower, task, t => t.Detail is not null);

        Assert.StartsWith("# Todo\n\n- [x] Ship it\n", _bench.Read("todo.md"), StringComparison.Ordinal);
        Assert.Contains("Tell people", _bench.Read("todo.md"), StringComparison.Ordinal);
        var now = await _bench.FindAsync(task);
        Assert.Equal(TaskOutcome.Succeeded, now.Outcome);
        Assert.Contains("says otherwise than the result in 1 place", now.Detail, StringComparison.Ordinal);
        Assert.Contains($"awoc integrate {task.Id.Handle} merge --into {_bench.In("todo.md")} --dry-run", now.Detail, StringComparison.Ordinal);
        Assert.Single(await new AlertBook(_bench.Store).ListAsync(10, all: false, Cancellation));
    }

    [Fact]
    public async Task Run_TargetThatCannotBe_IsAnAlertAndTheOutcomeStays()
    {
        Directory.CreateDirectory(_bench.In("notes.md"));
        var follower = _bench.Launched();
        await follower.BeginAsync(Cancellation);
        var task = await EndedAsync("One", "notes.md");

        await RunUntilAsync(follower, task, t => t.Detail is not null);

        var now = await _bench.FindAsync(task);
        Assert.Equal((TaskOutcome.Succeeded, (DateTimeOffset?)null), (now.Outcome, now.ReadAt));
        Assert.Contains("is a directory", now.Detail, StringComparison.Ordinal);
        var alerts = new AlertBook(_bench.Store);
        var (alert, _, _) = Assert.Single(await alerts.ListAsync(10, all: false, Cancellation));
        Assert.Equal(AlertKind.NotIntegrated, alert.Kind);
        Assert.Contains(alert.Remedies, r => r.StartsWith("awoc integrate", StringComparison.Ordinal));

        Directory.Delete(_bench.In("notes.md"));
        await _bench.DoneAsync(now, _bench.Order(into: "notes.md"));
        Assert.Empty(await alerts.ListAsync(10, all: false, Cancellation));
    }

    private Task<AgentTask> EndedAsync(string title, string into, Func<TaskEnding, TaskEnding>? ending = null) => _bench.EndedAsync(
        $"# {title}\n\nFinding of {title}.\n",
        description: title,
        spec: s => s with { Integrate = IntegrationMode.Append, IntegrateInto = _bench.In(into) },
        ending: ending);

    private async Task RunUntilAsync(LaunchedIntegrations follower, AgentTask task, Func<AgentTask, bool>? condition = null)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = follower.RunAsync(stop.Token);
        await Eventually.TrueAsync(async () => (condition ?? (t => t.ReadAt is not null))(await _bench.FindAsync(task)), s_limit, "the task is integrated");
        await stop.CancelAsync();
        await running;
    }

    private async Task<int> CountAsync<T>(AgentTask task) where T : TaskEvent =>
        (await _bench.Store.EventsAsync(0, 100, task.Id, Cancellation)).Count(e => e.Event is T);
}
