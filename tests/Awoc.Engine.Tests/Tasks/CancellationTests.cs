using System.Reflection;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Tasks;
using Awoc.Engine.Tests.Scheduling;

namespace Awoc.Engine.Tests.Tasks;

public sealed class CancellationTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CancelGroup_DeferredBetweenTwoLooks_IsCanceled()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var task = await rig.LaunchAsync(with: s => s with { Group = "g" });
        var running = await rig.ApplyAsync(task, new TaskCommand.Dispatch("node"));
        var lists = 0;
        rig.Use(new TaskBook(Listened.To(rig.Store, BeforeListAsync), rig.Feed, rig.Time));
        var ports = rig.Ports();

        await new Cancellation(ports, rig.Dispatcher(ports)).CancelGroupAsync("g", Stop);

        Assert.Equal(TaskOutcome.Canceled, (await rig.Store.FindAsync(task.Id, Stop))!.Outcome);

        async Task BeforeListAsync()
        {
            if (++lists == 2) await rig.ApplyAsync(running, Deferred(running, rig));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CancelGroup_RunningTaskThatRecurs_EndsItsSeries(bool aloneFirst)
    {
        await using var rig = await SchedulingRig.OpenAsync();
        rig.LetRecur();
        var task = await rig.LaunchAsync(with: s => s with { Group = "g", Recurs = new Recurrence("0 2 * * *", "Etc/UTC") });
        var running = await rig.ApplyAsync(task, new TaskCommand.Dispatch("node"));
        var ports = rig.Ports();

        // Alone first, which ends this one only.
        var cancellation = new Cancellation(ports, rig.Dispatcher(ports));
        if (aloneFirst) await cancellation.CancelAsync(task.Id, Stop);
        Assert.Equal([task.Id], (await cancellation.CancelGroupAsync("g", Stop)).Select(t => t.Id));

        // The daemon that was told so is gone before the task has ended.
        await rig.ReopenAsync();
        rig.LetRecur();
        var ended = await rig.ApplyAsync(running, Deferred(running, rig));

        Assert.Equal((TaskOutcome.Canceled, (TaskId?)null), (ended.Outcome!.Value, ended.Successor));
    }

    [Fact]
    public async Task CancelGroup_ThenRetried_GoesOnWithItsSeries()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        rig.LetRecur();
        var task = await rig.LaunchAsync(with: s => s with { Group = "g", Recurs = new Recurrence("0 2 * * *", "Etc/UTC") });
        var ports = rig.Ports();
        await new Cancellation(ports, rig.Dispatcher(ports)).CancelGroupAsync("g", Stop);

        await rig.ApplyAsync(task, new TaskCommand.Reopen("user"));
        var running = await rig.ApplyAsync(task, new TaskCommand.Dispatch("node"));
        var ended = await rig.ApplyAsync(running, new TaskCommand.Finish(running.Fence, Usage.Zero, 1, new TaskEnding { Outcome = TaskOutcome.Succeeded }));

        Assert.NotNull(ended.Successor);
    }

    private static TaskCommand.Defer Deferred(AgentTask running, SchedulingRig rig) =>
        new(running.Fence, TaskOutcome.Failed, EndReason.AgentCrashed, Usage.Zero, 1, rig.Time.GetUtcNow().AddHours(1), null);

    /// <summary>The real store; somebody acts right before each listing.</summary>
    public class Listened : DispatchProxy
    {
        private ITaskStore _store = null!;
        private Func<Task> _before = null!;

        public static ITaskStore To(ITaskStore store, Func<Task> before)
        {
            var proxy = Create<ITaskStore, Listened>();
            ((Listened)(object)proxy)._store = store;
            ((Listened)(object)proxy)._before = before;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(ITaskStore.ListAsync) ? ListAsync((TaskQuery)args![0]!, (CancellationToken)args[1]!) : targetMethod.Invoke(_store, args);

        private async Task<IReadOnlyList<AgentTask>> ListAsync(TaskQuery query, CancellationToken cancellation)
        {
            await _before();
            return await _store.ListAsync(query, cancellation);
        }
    }
}
