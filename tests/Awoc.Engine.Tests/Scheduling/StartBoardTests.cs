using System.Collections.Immutable;
using Awoc.Core.Lifecycle;
using Awoc.Core.Scheduling;
using Awoc.Core.Tasks;
using Awoc.Engine.Scheduling;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Engine.Tests.Scheduling;

/// <summary>The board beside the real store: what is told late, twice or out of order, clocks that are set, restarts.</summary>
public sealed class StartBoardTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Begin_StoreWithTasks_TakesThemInTheirOrder()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var low = await rig.LaunchAsync(with: s => s with { Priority = -5 });
        var first = await rig.LaunchAsync();
        var second = await rig.LaunchAsync();
        await rig.Board.BeginAsync(Stop);
        var heard = await rig.LaunchAsync();

        Assert.Equal([first.Id, second.Id, heard.Id, low.Id], Taken(rig.Board));
    }

    [Fact]
    public async Task Take_LimitIsReached_WaitsUntilAnAttemptsProcessesAreGone()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        rig.Settings.Now = rig.Settings.Now with { Concurrency = 1 };
        await rig.Board.BeginAsync(Stop);
        var first = await rig.LaunchAsync();
        var second = await rig.LaunchAsync();
        Assert.Equal([first.Id], Taken(rig.Board));
        var running = await rig.ApplyAsync(first, new TaskCommand.Dispatch("node"));
        rig.Board.Follow(running);
        Assert.Equal("all slots are taken: 1 of 1", rig.Board.Explain(second.Id, place: true));

        rig.Board.Free(running);
        Assert.Equal([second.Id], Taken(rig.Board));

        // News of the attempt that is over takes no room again.
        rig.Board.Changed(running with { Version = running.Version + 1 });
        Assert.Equal((0, 1), rig.Board.Count());
    }

    [Theory]
    [InlineData("proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 1000 kB\n", true)]
    [InlineData("proc/pressure/cpu", "some avg10=99.00 avg60=0.05 avg300=0.13 total=367128578\n", false)]
    public async Task Take_MachineHasNoRoom_TellsWhetherItIsMemory(string file, string content, bool isMemory)
    {
        var root = Directory.CreateTempSubdirectory("awoc-board-").FullName;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, file))!);
            await using var rig = await SchedulingRig.OpenAsync(machine: new MachineState(root, 0));
            await rig.Board.BeginAsync(Stop);
            await rig.LaunchAsync();
            Assert.NotNull(rig.Board.Take());
            await File.WriteAllTextAsync(Path.Combine(root, file), content, Stop);
            await rig.LaunchAsync();
            Assert.Null(rig.Board.Take());
            Assert.Equal((true, isMemory), (rig.Board.HeldByMachine, rig.Board.HeldForMemory));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task Changed_OldNewsAfterNew_IsLeftOut()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        await rig.Board.BeginAsync(Stop);
        var queued = await rig.LaunchAsync();
        await rig.ApplyAsync(queued, new TaskCommand.Cancel("user"));

        rig.Board.Changed(queued);
        rig.Board.Changed(queued with { InAttempt = true, State = TaskState.Running, Attempt = 1 });

        Assert.Equal((0, 0), rig.Board.Count());
        Assert.Empty(Taken(rig.Board));
    }

    [Fact]
    public async Task Drop_TakenAndPostponed_ComesAgainWhenItIsQueuedAnew()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        await rig.Board.BeginAsync(Stop);
        var task = await rig.LaunchAsync();
        Assert.Equal([task.Id], Taken(rig.Board));
        await rig.ApplyAsync(task, new TaskCommand.Postpone(null, WaitKind.Window, "the window is closed"));
        rig.Board.Drop(task.Id);
        Assert.Equal((0, 0), rig.Board.Count());

        await rig.ApplyAsync(task, new TaskCommand.Enqueue());
        Assert.Equal([task.Id], Taken(rig.Board));
    }

    [Fact]
    public async Task Changed_WhileItIsBeingStarted_IsTakenAgainOnlyWhenThatIsOver()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        await rig.Board.BeginAsync(Stop);
        var task = await rig.LaunchAsync();
        Assert.Equal(task.Version, rig.Board.Take()!.Version);
        var changed = await rig.ApplyAsync(task, new TaskCommand.ChangeBudget(new Core.Budgets.Budget(5000, 600), "user"));

        // Its slot is held by the start that is under way.
        Assert.Null(rig.Board.Take());
        Assert.Equal((0, 1), rig.Board.Count());

        rig.Board.Drop(task.Id);
        Assert.Equal(changed.Version, rig.Board.Take()!.Version);
        Assert.Equal((0, 1), rig.Board.Count());
    }

    [Fact]
    public async Task PutBack_ChangedMeanwhile_IsAsItIsByNow()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        await rig.Board.BeginAsync(Stop);
        var (raised, canceled) = (await rig.LaunchAsync(), await rig.LaunchAsync());
        var taken = (First: rig.Board.Take()!, Second: rig.Board.Take()!);
        var changed = await rig.ApplyAsync(raised, new TaskCommand.ChangeBudget(new Core.Budgets.Budget(5000, 600), "user"));
        await rig.ApplyAsync(canceled, new TaskCommand.Cancel("user"));
        rig.Board.PutBack(taken.First);
        rig.Board.PutBack(taken.Second);

        Assert.Equal(changed.Version, rig.Board.Take()!.Version);
        Assert.Null(rig.Board.Take());
    }

    [Fact]
    public async Task SetAside_Taken_LeavesItsSlotToOthersUntilItIsPutBack()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        rig.Settings.Now = rig.Settings.Now with { Concurrency = 1 };
        await rig.Board.BeginAsync(Stop);
        var (broken, other) = (await rig.LaunchAsync(), await rig.LaunchAsync());
        var taken = rig.Board.Take()!;
        rig.Board.SetAside(taken.Id);
        Assert.Equal([other.Id], Taken(rig.Board));

        rig.Board.PutBack(taken);
        Assert.Empty(Taken(rig.Board));
        rig.Board.Drop(other.Id);
        Assert.Equal([broken.Id], Taken(rig.Board));
    }

    [Theory]
    [InlineData(WaitKind.Context, true)]
    [InlineData(WaitKind.Window, true)]
    [InlineData(WaitKind.Budget, true)]
    [InlineData(WaitKind.Dependency, false)]
    public async Task Changed_BackFromAHold_HasItsPlaceAgain(WaitKind kind, bool keeps)
    {
        var clock = new SettableClock();
        await using var rig = await SchedulingRig.OpenAsync(clock);
        rig.Settings.Now = rig.Settings.Now with { Concurrency = 1 };
        await rig.Board.BeginAsync(Stop);
        var held = await rig.LaunchAsync();
        clock.Pass(TimeSpan.FromSeconds(1));
        var second = await rig.LaunchAsync();
        clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal([held.Id], Taken(rig.Board));
        await rig.ApplyAsync(held, new TaskCommand.Postpone(null, kind, "something"));
        rig.Board.Drop(held.Id);
        await rig.ApplyAsync(held, new TaskCommand.Enqueue());

        Assert.Equal([keeps ? held.Id : second.Id], Taken(rig.Board));
    }

    [Fact]
    public async Task Begin_HeldByAnEarlierDaemon_HasItsPlaceAgain()
    {
        var clock = new SettableClock();
        await using var rig = await SchedulingRig.OpenAsync(clock);
        var held = await rig.LaunchAsync();
        clock.Pass(TimeSpan.FromSeconds(1));
        var second = await rig.LaunchAsync();
        await rig.ApplyAsync(held, new TaskCommand.Postpone(null, WaitKind.Context, "something"));
        await rig.ReopenAsync();
        await rig.Board.BeginAsync(Stop);
        clock.Pass(TimeSpan.FromSeconds(1));
        await rig.ApplyAsync(held, new TaskCommand.Enqueue());

        Assert.Equal([held.Id, second.Id], Taken(rig.Board));
    }

    [Fact]
    public async Task Begin_OneOfABatchIsHeld_HasItsPlaceInItAgain()
    {
        await using var rig = await SchedulingRig.OpenAsync(new SettableClock());
        var tasks = new[] { await rig.LaunchAsync(), await rig.LaunchAsync(), await rig.LaunchAsync(), await rig.LaunchAsync() };
        await rig.ApplyAsync(tasks[0], new TaskCommand.Postpone(null, WaitKind.Budget, "something"));
        await rig.ApplyAsync(tasks[2], new TaskCommand.Postpone(null, WaitKind.Window, "something"));
        await rig.ReopenAsync();
        await rig.Board.BeginAsync(Stop);
        await rig.ApplyAsync(tasks[2], new TaskCommand.Enqueue());
        await rig.ApplyAsync(tasks[0], new TaskCommand.Enqueue());

        Assert.Equal(tasks.Select(t => t.Id), Taken(rig.Board));
    }

    [Fact]
    public async Task Drop_HeldAtItsStart_GivesTheShareItsTurnBack()
    {
        var clock = new SettableClock();
        await using var rig = await SchedulingRig.OpenAsync(clock);
        rig.Settings.Now = rig.Settings.Now with { Concurrency = 1 };
        await rig.Board.BeginAsync(Stop);
        var held = await rig.LaunchAsync(with: s => s with { Group = "a" });
        var next = await rig.LaunchAsync(with: s => s with { Group = "a" });
        clock.Pass(TimeSpan.FromSeconds(1));
        await rig.LaunchAsync(with: s => s with { Group = "b" });
        clock.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal([held.Id], Taken(rig.Board));
        await rig.ApplyAsync(held, new TaskCommand.Postpone(null, WaitKind.Context, "something"));
        rig.Board.Drop(held.Id);

        Assert.Equal([next.Id], Taken(rig.Board));
    }

    [Fact]
    public async Task PutBack_Taken_HasItsPlaceAgain()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        await rig.Board.BeginAsync(Stop);
        var first = await rig.LaunchAsync();
        var second = await rig.LaunchAsync();
        rig.Board.PutBack(rig.Board.Take()!);

        Assert.Equal([first.Id, second.Id], Taken(rig.Board));
    }

    [Fact]
    public async Task Changed_BudgetOfAQueuedTask_LeavesItsPlace()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        await rig.Board.BeginAsync(Stop);
        var first = await rig.LaunchAsync();
        var second = await rig.LaunchAsync();
        await rig.ApplyAsync(first, new TaskCommand.ChangeBudget(new Core.Budgets.Budget(5000, 600), "user"));

        Assert.Equal([first.Id, second.Id], Taken(rig.Board));
    }

    [Fact]
    public async Task LetGo_TaskQueuedAnewWhileItsAttemptIsFollowed_ComesOnlyThen()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        await rig.Board.BeginAsync(Stop);
        var task = await rig.LaunchAsync();
        Taken(rig.Board);
        var running = await rig.ApplyAsync(task, new TaskCommand.Dispatch("node"));
        rig.Board.Follow(running);
        rig.Board.Free(running);
        await rig.ApplyAsync(running, new TaskCommand.Defer(running.Fence, TaskOutcome.Failed, EndReason.AgentCrashed, Core.Budgets.Usage.Zero, 1, rig.Time.GetUtcNow(), null));
        await rig.ApplyAsync(running, new TaskCommand.Enqueue());
        Assert.Empty(Taken(rig.Board));

        rig.Board.LetGo(task.Id);
        Assert.Equal([task.Id], Taken(rig.Board));
    }

    [Fact]
    public async Task Take_ClockSetBackAnHour_KeepsTheOrderWhileTheDaemonRuns()
    {
        var clock = new SettableClock();
        await using var rig = await SchedulingRig.OpenAsync(clock);
        await rig.Board.BeginAsync(Stop);
        var before = await rig.LaunchAsync();
        clock.Pass(TimeSpan.FromMinutes(5));
        clock.Wrong = TimeSpan.FromHours(-1);
        var after = await rig.LaunchAsync();
        Assert.True(after.QueuedAt < before.QueuedAt);

        Assert.Equal([before.Id, after.Id], Taken(rig.Board));
    }

    [Fact]
    public async Task Begin_TimesOfAClockThatWasWrong_NeitherStarveNorHoldAnythingUp()
    {
        var clock = new SettableClock();
        await using var rig = await SchedulingRig.OpenAsync(clock);
        clock.Wrong = TimeSpan.FromDays(365 * 50);
        var future = await rig.LaunchAsync(with: s => s with { Priority = -1 });
        clock.Wrong = TimeSpan.Zero;
        clock.Pass(TimeSpan.FromMinutes(1));
        await rig.ReopenAsync();
        await rig.Board.BeginAsync(Stop);
        clock.Pass(StartOrder.AgeStep + TimeSpan.FromMinutes(1));
        var later = await rig.LaunchAsync();

        // Fifty years in the future it would wait for as long: it counts from the restart, and a point of priority is ten minutes.
        Assert.Equal([future.Id, later.Id], Taken(rig.Board));
    }

    [Fact]
    public async Task Begin_RunningTaskStartedInTheFuture_DoesNotHoldItsShareUp()
    {
        var clock = new SettableClock();
        await using var rig = await SchedulingRig.OpenAsync(clock);
        clock.Wrong = TimeSpan.FromDays(365 * 50);
        var running = await rig.LaunchAsync();
        await rig.ApplyAsync(running, new TaskCommand.Dispatch("node"));
        var waiting = await rig.LaunchAsync();
        clock.Wrong = TimeSpan.Zero;
        await rig.ReopenAsync();
        await rig.Board.BeginAsync(Stop);
        clock.Pass(StartOrder.FairStep + TimeSpan.FromMinutes(1));
        var other = await rig.LaunchAsync(with: s => s with { Group = "others" });

        Assert.Equal([waiting.Id, other.Id], Taken(rig.Board));
    }

    [Fact]
    public async Task Explain_QueuedTasks_SaysWhatEachWaitsFor()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        rig.Settings.Now = rig.Settings.Now with
        {
            Queues = QueueSettings.None with
            {
                Queues = QueueSettings.None.Queues.Add("heavy", new QueueLimit(1, false)).Add("night", new QueueLimit(null, true)),
                Agents = ImmutableSortedDictionary<string, int>.Empty.Add("command", 2),
            },
        };
        await rig.Board.BeginAsync(Stop);
        await rig.LaunchAsync(with: s => s with { Queue = "heavy" });
        var heavy = await rig.LaunchAsync(with: s => s with { Queue = "heavy" });
        var night = await rig.LaunchAsync(with: s => s with { Queue = "night" });
        await rig.LaunchAsync();
        var third = await rig.LaunchAsync();
        var fourth = await rig.LaunchAsync();
        Assert.Equal(2, Taken(rig.Board).Count);

        Assert.Equal("queue heavy is full: 1 of 1", rig.Board.Explain(heavy.Id, place: true));
        Assert.Equal("queue night is paused: awoc queue resume night", rig.Board.Explain(night.Id, place: true));
        Assert.Equal("agent command is full: 2 of 2", rig.Board.Explain(third.Id, place: true));
        Assert.Equal("agent command is full: 2 of 2; behind 1 other", rig.Board.Explain(fourth.Id, place: true));
        Assert.Equal([("default", 1, 2), ("heavy", 1, 1), ("night", 0, 1)], rig.Board.Queues().Select(q => (q.Name, q.Running, q.Waiting)));
    }

    private static List<TaskId> Taken(StartBoard board)
    {
        List<TaskId> taken = [];
        while (board.Take() is { } next) taken.Add(next.Id);
        return taken;
    }

    /// <summary>A wall clock that somebody sets, beside the one that only counts.</summary>
    private sealed class SettableClock : TimeProvider
    {
        private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

        public TimeSpan Wrong { get; set; }

        public void Pass(TimeSpan time) => _time.Advance(time);

        public override long TimestampFrequency => _time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => _time.GetUtcNow() + Wrong;

        public override long GetTimestamp() => _time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _time.CreateTimer(callback, state, dueTime, period);
    }
}
