using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Tests.Scheduling;

namespace Awoc.Engine.Tests.Budgets;

/// <summary>Tasks that wait for a budget of their group, beside the real store.</summary>
public sealed class PoolGateTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Wake_ToppedUpAndNeverToHaveRoom_IsRefusedAndNotForgotten()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var ports = rig.Ports();
        var gate = new PoolGate(ports);
        await gate.BeginAsync(Stop);
        var first = await LaunchAsync(rig);
        var second = await LaunchAsync(rig);
        Assert.True(await gate.AdmitAsync(first, Stop));
        Assert.False(await gate.AdmitAsync(second, Stop));
        await rig.ApplyAsync(second, new TaskCommand.ChangeBudget(new Budget(700, 60), "user"));

        ports.Pools.Settle(first.Id, new Usage(Output: 1000));
        await gate.WakeAsync(Stop);

        var refused = (await rig.Store.FindAsync(second.Id, Stop))!;
        Assert.Equal((TaskState.Ended, EndReason.GroupBudget), (refused.State, refused.Reason));
        Assert.Contains("needs 700", refused.Detail, StringComparison.Ordinal);
        Assert.False(gate.HasWaiting);
    }

    [Fact]
    public async Task Wake_CanceledWhileItWaits_IsLetGo()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var gate = new PoolGate(rig.Ports());
        await gate.BeginAsync(Stop);
        await gate.AdmitAsync(await LaunchAsync(rig), Stop);
        var waits = await LaunchAsync(rig);
        await gate.AdmitAsync(waits, Stop);
        await gate.WakeAsync(Stop);
        Assert.True(gate.HasWaiting);

        await rig.ApplyAsync(waits, new TaskCommand.Cancel("user"));
        await gate.WakeAsync(Stop);
        Assert.False(gate.HasWaiting);
    }

    private static Task<AgentTask> LaunchAsync(SchedulingRig rig) =>
        rig.LaunchAsync(with: s => s with { Group = "g", Model = "sonnet", Budget = new Budget(600, 60), GroupTokens = 1000 });
}
