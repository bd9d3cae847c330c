using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Launching;
using Awoc.Engine.Tests.Pool;
using Awoc.Engine.Tests.Scheduling;

namespace Awoc.Engine.Tests.Launching;

public sealed class BatchMoneyTests
{
    private static readonly LaunchOrder s_order = new() { Task = "research", Cwd = "/", Environment = new Dictionary<string, string>(), Secrets = new Dictionary<string, string>() };

    [Fact]
    public async Task Spread_AGroupThatHasSpentBefore_SharesWhatIsLeft()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var spread = await SpreadAsync(rig, spent: 15, "20", 1, null, null);
        Assert.Equal([1m, 2m, 2m], spread.Select(s => Assert.IsType<SpecAnswer.Made>(s).Spec.Budget.CostUsd!.Value));
        Assert.All(spread, s => Assert.Equal(20, ((SpecAnswer.Made)s).Spec.GroupCostUsd));
    }

    [Fact]
    public async Task Spread_AGroupThatHasSpentItAll_IsAFault()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var fault = Assert.Single(Assert.IsType<SpecAnswer.Faulty>((await SpreadAsync(rig, spent: 20, "20", 1m, null))[0]).Faults);
        Assert.Equal(("--max-cost", "20"), (fault.Field, fault.Value));
        Assert.StartsWith("more than the 20 dollars that the group g has spent already", fault.Allowed, StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<SpecAnswer>> SpreadAsync(SchedulingRig rig, decimal spent, string maxCost, params decimal?[] own)
    {
        var runner = new WarmRunner();
        var ports = rig.Ports(runner);
        ports.Pools.Learn("g", Usage.Zero with { CostUsd = spent });
        SpecAnswer[] drafts =
        [
            .. own.Select(cost => new SpecAnswer.Made(
                new TaskSpec { Type = "research", Agent = runner.Name, Model = "m", Group = "g", Cwd = "/", Budget = Budget.Default with { CostUsd = cost } },
                new AgentChoice(runner, null, []),
                [])),
        ];
        var batch = new BatchOrder([.. own.Select(_ => new BatchEntry(null, s_order))]) { Group = "g", MaxCost = maxCost };
        return BatchMoney.SpreadAsync(ports, batch, drafts, isRepeat: false, TestContext.Current.CancellationToken);
    }
}
