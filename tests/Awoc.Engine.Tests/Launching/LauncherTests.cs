using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Launching;
using Awoc.Engine.Tests.Pool;
using Awoc.Engine.Tests.Scheduling;

namespace Awoc.Engine.Tests.Launching;

public sealed class LauncherTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Launch_RepeatOfABatchThatHasSpentItsMoney_IsAnsweredWithItsTasks()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var batch = Batch(rig, "1");
        var first = Assert.IsType<LaunchAnswer.Launched>(await LaunchAsync(rig, batch)).Tasks;
        foreach (var task in first)
        {
            var running = await rig.ApplyAsync(task, new TaskCommand.Dispatch("node"));
            await rig.ApplyAsync(running, new TaskCommand.Finish(running.Fence, Usage.Zero with { CostUsd = 0.5m }, 1, new TaskEnding { Outcome = TaskOutcome.Succeeded }));
        }

        var again = Assert.IsType<LaunchAnswer.Repeated>(await LaunchAsync(rig, batch));

        Assert.Equal(first.Select(t => t.Id), again.Tasks.Select(t => t.Id));
        Assert.IsType<LaunchAnswer.Conflict>(await LaunchAsync(rig, Batch(rig, "2")));
        Assert.IsType<LaunchAnswer.Invalid>(await LaunchAsync(rig, batch, "another"));
    }

    /// <summary>By a daemon that has just begun: what a group has spent it has from the store.</summary>
    private static Task<LaunchAnswer> LaunchAsync(SchedulingRig rig, BatchOrder batch, string key = "key")
    {
        var ports = rig.Ports(new WarmRunner());
        return new Launcher(ports, new SecretSupply(ports)).LaunchAsync(batch, key, Stop);
    }

    private static BatchOrder Batch(SchedulingRig rig, string maxCost)
    {
        var order = new LaunchOrder
        {
            Task = "custom:say it",
            Agent = "warm",
            Model = "m",
            Cwd = rig.Paths.Home,
            Environment = new Dictionary<string, string>(),
            Secrets = new Dictionary<string, string>(),
        };
        return new BatchOrder([new BatchEntry(null, order), new BatchEntry(null, order)]) { Group = "g", MaxCost = maxCost };
    }
}
