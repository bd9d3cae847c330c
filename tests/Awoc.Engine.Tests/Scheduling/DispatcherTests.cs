using System.Collections.Concurrent;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Scheduling;
using Awoc.Core.Tasks;
using Awoc.Engine.Scheduling;

namespace Awoc.Engine.Tests.Scheduling;

/// <summary>Real commands under real shims, with the real store.</summary>
public sealed class DispatcherTests
{
    [Fact]
    public async Task Run_ManyTasksAndFewSlots_EachRunsOnceAndNeverMoreAtOnceThanMay()
    {
        const int Tasks = 40;
        await using var rig = await SchedulingRig.OpenAsync();
        rig.Settings.Now = rig.Settings.Now with
        {
            Concurrency = 5,
            Queues = QueueSettings.None with { Queues = QueueSettings.None.Queues.Add("heavy", new QueueLimit(2, false)) },
        };
        rig.Dispatch();
        var marks = Path.Combine(rig.Paths.Home, "marks");
        List<TaskId> ids = [];
        for (var i = 0; i < Tasks; i++)
        {
            var queue = i % 2 == 0 ? "heavy" : "default";
            ids.Add((await rig.LaunchAsync($"echo +{queue} >> {marks}; sleep 0.1; echo -{queue} >> {marks}", s => s with { Queue = queue })).Id);
        }

        foreach (var id in ids)
        {
            var ended = await rig.EndOfAsync(id);
            Assert.Equal((TaskOutcome.Succeeded, 1), (ended.Outcome!.Value, ended.Attempt));
        }

        var lines = await File.ReadAllLinesAsync(marks);
        Assert.Equal(2 * Tasks, lines.Length);
        Assert.InRange(MostAtOnce(lines), 2, 5);
        Assert.InRange(MostAtOnce(lines.Where(l => l.EndsWith("heavy", StringComparison.Ordinal))), 1, 2);
    }

    [Fact]
    public async Task Run_GateHolds_PostponesForItsReasonAndGoesOnWhenItIsOver()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var gate = new OneGate { Hold = new StartHold(WaitKind.Window, null, "the account's window opens at 15:00") };
        var before = new OneGate();
        rig.Dispatch(before, gate);
        var task = await rig.LaunchAsync();

        var waiting = await rig.UntilAsync(task.Id, t => t.State == TaskState.Scheduled, "to be held");
        Assert.Equal((WaitKind.Window, "the account's window opens at 15:00"), (waiting.WaitKind!.Value, waiting.WaitsFor));
        await TestKit.Eventually.TrueAsync(() => before.Released.Contains(task.Id), TimeSpan.FromSeconds(10), "the gate before it is told that it does not start");

        gate.Hold = null;
        await rig.ApplyAsync(waiting, new TaskCommand.Enqueue());
        Assert.Equal(TaskOutcome.Succeeded, (await rig.EndOfAsync(task.Id)).Outcome);
        Assert.Equal([task.Id], before.Released);
    }

    [Fact]
    public async Task Run_GateHoldsUntilATime_TheTimeBringsItBack()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var gate = new OneGate { Hold = new StartHold(WaitKind.Window, rig.Time.GetUtcNow().AddMilliseconds(300), "soon"), Once = true };
        rig.Dispatch(gate);
        var task = await rig.LaunchAsync();

        Assert.Equal(TaskOutcome.Succeeded, (await rig.EndOfAsync(task.Id)).Outcome);
        Assert.Equal(2, gate.Asked);
    }

    [Fact]
    public async Task Run_GateThatThrows_LosesNothing()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var gate = new OneGate { Throws = 1 };
        rig.Dispatch(gate);
        var first = await rig.LaunchAsync();
        var second = await rig.LaunchAsync();

        Assert.Equal(TaskOutcome.Succeeded, (await rig.EndOfAsync(first.Id)).Outcome);
        Assert.Equal(TaskOutcome.Succeeded, (await rig.EndOfAsync(second.Id)).Outcome);
    }

    [Fact]
    public async Task Run_GateThatBreaksAtOneTask_LetsTheOthersStart()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        rig.Settings.Now = rig.Settings.Now with { Concurrency = 1 };
        var broken = await rig.LaunchAsync();
        var gate = new OneGate { Breaks = broken.Id };
        rig.Dispatch(gate);
        var others = new[] { await rig.LaunchAsync(), await rig.LaunchAsync() };

        foreach (var other in others) Assert.Equal(TaskOutcome.Succeeded, (await rig.EndOfAsync(other.Id)).Outcome);
        Assert.Equal(TaskState.Queued, (await rig.Store.FindAsync(broken.Id, CancellationToken.None))!.State);

        gate.Breaks = null;
        Assert.Equal(TaskOutcome.Succeeded, (await rig.EndOfAsync(broken.Id)).Outcome);
    }

    [Fact]
    public async Task Run_ChangedWhileItIsBeingStarted_StartsOnceAndWithinTheLimit()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        rig.Settings.Now = rig.Settings.Now with { Concurrency = 1 };
        var topUps = 0;
        var gate = new OneGate
        {
            // As a top-up does it, between the look at the task and the commit of its start.
            Meanwhile = async task =>
            {
                if (Interlocked.Increment(ref topUps) <= 30) await rig.ApplyAsync(task, new TaskCommand.ChangeBudget(task.Budget with { Tokens = task.Budget.Tokens + 1 }, "user"));
            },
        };
        rig.Dispatch(gate);
        var marks = Path.Combine(rig.Paths.Home, "marks");
        List<TaskId> ids = [];
        for (var i = 0; i < 8; i++) ids.Add((await rig.LaunchAsync($"echo +x >> {marks}; sleep 0.05; echo -x >> {marks}")).Id);

        foreach (var id in ids)
        {
            var ended = await rig.EndOfAsync(id);
            Assert.Equal((TaskOutcome.Succeeded, 1), (ended.Outcome!.Value, ended.Attempt));
        }

        Assert.Equal(1, MostAtOnce(await File.ReadAllLinesAsync(marks)));
    }

    [Fact]
    public async Task Run_PausedQueueWithADeadline_ItsTimeDoesNotRunWhileItWaits()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var paused = rig.Settings.Now with { Queues = QueueSettings.None with { Queues = QueueSettings.None.Queues.Add("night", new QueueLimit(null, true)) } };
        rig.Settings.Now = paused;
        rig.Dispatch();
        var task = await rig.LaunchAsync("sleep 0.5", s => s with { Queue = "night", Budget = new Budget(1000, 1) });
        var other = await rig.LaunchAsync("sleep 1.5");

        // Another task's whole life is longer than its own deadline.
        await rig.EndOfAsync(other.Id);
        Assert.Equal(TaskState.Queued, (await rig.Store.FindAsync(task.Id, CancellationToken.None))!.State);

        rig.Settings.Now = paused with { Queues = QueueSettings.None };
        rig.Feed.Pulse();
        var ended = await rig.EndOfAsync(task.Id);
        Assert.Equal(TaskOutcome.Succeeded, ended.Outcome);
        Assert.InRange(ended.RunMs, 400, 1000);
    }

    [Fact]
    public async Task Run_CanceledWhileItWaits_NeverStarts()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        rig.Settings.Now = rig.Settings.Now with { Concurrency = 1 };
        rig.Dispatch();
        var running = await rig.LaunchAsync("sleep 0.5");
        var waiting = await rig.LaunchAsync("true");
        await rig.UntilAsync(running.Id, t => t.State == TaskState.Running, "to run");
        await rig.ApplyAsync(waiting, new TaskCommand.Cancel("user"));
        await rig.EndOfAsync(running.Id);

        Assert.Equal((TaskOutcome.Canceled, 0), ((await rig.EndOfAsync(waiting.Id)).Outcome!.Value, (await rig.EndOfAsync(waiting.Id)).Attempt));
    }

    /// <summary>By what the commands themselves wrote down.</summary>
    private static int MostAtOnce(IEnumerable<string> lines)
    {
        var (now, most) = (0, 0);
        foreach (var line in lines) most = Math.Max(most, now += line[0] == '+' ? 1 : -1);
        return most;
    }

    private sealed class OneGate : IStartGate
    {
        public StartHold? Hold { get; set; }

        public bool Once { get; init; }

        public int Throws { get; set; }

        public int Asked { get; private set; }

        public TaskId? Breaks { get; set; }

        public Func<AgentTask, Task>? Meanwhile { get; init; }

        public ConcurrentBag<TaskId> Released { get; } = [];

        public async ValueTask<StartHold?> AskAsync(AgentTask task, CancellationToken stop)
        {
            Asked++;
            if (Breaks == task.Id) throw new InvalidOperationException("the task is broken");
            if (Meanwhile is { } meanwhile) await meanwhile(task);
            if (Throws-- > 0) throw new IOException("the gate is broken");
            var hold = Hold;
            if (Once) Hold = null;
            return hold;
        }

        public void Release(AgentTask task) => Released.Add(task.Id);
    }
}
