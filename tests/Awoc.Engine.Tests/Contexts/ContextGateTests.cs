using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Contexts;
using Awoc.Engine.Tests.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;

namespace Awoc.Engine.Tests.Contexts;

public sealed class ContextGateTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Warmed_TasksAreHeld_ComeBackInTheOrderInWhichTheyWereHeldAndHaveTheirPlaces()
    {
        const int Held = 20;
        await using var rig = await SchedulingRig.OpenAsync();
        var ports = rig.Ports();
        rig.Book.Watch(new ContextGate(ports, NullLogger<ContextGate>.Instance));
        rig.Settings.Now = rig.Settings.Now with { Concurrency = 100 };
        await rig.Board.BeginAsync(Stop);
        var key = ContextKey.Of("one");
        List<AgentTask> tasks = [];
        for (var i = 0; i <= Held; i++) tasks.Add(await rig.LaunchAsync());
        ports.Contexts.Prefixes.Ask(key, tasks[0].Id, tasks[0].Version, hour: false);

        // The last launched is held first.
        var held = tasks.Skip(1).Reverse().ToList();
        foreach (var task in held)
        {
            Assert.IsType<PrefixAnswer.Wait>(ports.Contexts.Prefixes.Ask(key, task.Id, task.Version, hour: false));
            await rig.ApplyAsync(task, new TaskCommand.Postpone(null, WaitKind.Context, "the leader"));
        }

        var last = await rig.LaunchAsync();
        var seen = await rig.Store.LastSeqAsync(Stop);
        ports.Contexts.Warmed(new ChosenContext(new ContextBlock { Parts = ["shared"] }, key, ForAnHour: false, WorthIt: true));
        foreach (var task in held) await rig.UntilAsync(task.Id, t => t.State == TaskState.Queued, "to be back");

        var events = await rig.Store.EventsAsync(seen, 1000, null, Stop);
        Assert.Equal(held.Select(t => t.Id), events.Where(e => e.Event is TaskEvent.Queued).Select(e => e.Task));
        await TestKit.Eventually.TrueAsync(() => rig.Board.Count().Waiting == tasks.Count + 1, TimeSpan.FromSeconds(10), "all are in the line");
        List<TaskId> taken = [];
        while (rig.Board.Take() is { } next) taken.Add(next.Id);
        Assert.Equal([.. tasks.Select(t => t.Id), last.Id], taken);
    }
}
