using System.Text.Json;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Pool;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;
using Awoc.Engine.Tests.Scheduling;
using Awoc.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Awoc.Engine.Tests.Pool;

/// <summary>The pool with the real shim, and an agent of a few lines of shell.</summary>
public sealed class WarmPoolTests : IAsyncLifetime
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly WarmRunner _runner = new();
    private SchedulingRig _rig = null!;
    private Task _keeping = Task.CompletedTask;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Claim_FirstOnAnIdleDaemon_LeavesASpareThoughNothingElseHappens()
    {
        var (rig, ports) = (_rig, Keep());
        await PrepareAsync(rig, ports, "first");
        await SparesAsync(ports, 1);
    }

    [Fact]
    public async Task MakeRoom_WhileATaskWaitsForMemory_KeepsNoSpareAndOneAgainAfterwards()
    {
        var (rig, ports) = (_rig, Keep());
        await PrepareAsync(rig, ports, "first");
        await SparesAsync(ports, 1);
        ports.Warm.MakeRoom(true);
        await SparesAsync(ports, 0);
        ports.Warm.MakeRoom(false);
        await SparesAsync(ports, 1);
    }

    [Fact]
    public async Task Prepare_SpareThatIsLostAsItIsTaken_StartsColdFromTheTaskAsItIsStored()
    {
        var (rig, ports) = (_rig, Keep());
        await PrepareAsync(rig, ports, "first");
        await SparesAsync(ports, 1);
        foreach (var spare in SpareFolder.All(rig.Paths)) Directory.Move(spare, spare + ".gone");

        var (task, prepared) = await PrepareAsync(rig, ports, "say $${tasks.none.output}");

        Assert.False(prepared.Warm is true);
        Assert.Contains("say ${tasks.none.output}", await File.ReadAllTextAsync(rig.Paths.Task(task.Id).Prompt, Stop), StringComparison.Ordinal);
        Assert.Contains("a warm agent could not be taken", await File.ReadAllTextAsync(rig.Paths.Task(task.Id).BackgroundLog, Stop), StringComparison.Ordinal);
        foreach (var spare in Directory.GetDirectories(Path.GetDirectoryName(rig.Paths.Spare(task.Id).Path)!, "*.gone")) Directory.Move(spare, spare[..^".gone".Length]);
    }

    [Fact]
    public async Task Prepare_PoolThatIsBroken_StartsColdAndSaysSo()
    {
        var (rig, ports) = (_rig, Keep());
        _runner.Broken = new JsonException("half a file");

        var (task, prepared) = await PrepareAsync(rig, ports, "anything");

        Assert.Null(prepared.Warm);
        Assert.Contains("no warm agent: half a file", await File.ReadAllTextAsync(rig.Paths.Task(task.Id).BackgroundLog, Stop), StringComparison.Ordinal);
    }

    public async ValueTask InitializeAsync() => _rig = await SchedulingRig.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _keeping;
        await _rig.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>A pool that is told of nothing but its own claims, and has looked round once.</summary>
    private EnginePorts Keep()
    {
        _rig.Settings.Now = _rig.Settings.Now with { Spares = new SpareSettings(1, TimeSpan.FromMinutes(5)) };
        var ports = _rig.Ports(_runner);
        _keeping = ports.Warm.RunAsync(ports, new EventFeed(), NullLogger<WarmPool>.Instance, _stop.Token);
        return ports;
    }

    private async Task<(AgentTask Task, PreparedAttempt Prepared)> PrepareAsync(SchedulingRig rig, EnginePorts ports, string description)
    {
        var queued = await rig.LaunchAsync(description, s => s with { Agent = _runner.Name, Model = "m", Environment = s.Environment.SetItem("HOME", "/") });
        var task = await rig.ApplyAsync(queued, new TaskCommand.Dispatch("node"));
        var availability = _runner.Probe(new Core.Agents.AgentEnvironment(new Dictionary<string, string>(), false, new Dictionary<string, string>()));
        return (task, await AttemptSetup.PrepareAsync(ports, task, _runner, availability, Stop));
    }

    private static Task SparesAsync(EnginePorts ports, int count) => Eventually.TrueAsync(
        () => ports.Warm.Report(SpareSettings.Default).Spares.Count == count, s_soon, $"{count} spares");
}
