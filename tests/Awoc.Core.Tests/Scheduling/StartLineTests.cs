using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Awoc.Core.Scheduling;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Core.Tests.Scheduling;

public sealed class StartLineTests
{
    private long _seq;
    private DateTimeOffset _now = LineModel.Begin;

    [Fact]
    public void Take_OneShare_FirstInFirstOut()
    {
        var line = new StartLine(new LineLimits(10));
        var ids = Enumerable.Range(0, 5).Select(_ => Add(line)).ToList();

        Assert.Equal(ids, All(line));
    }

    [Fact]
    public void Take_HigherPriority_GoesFirstUntilWaitingHasMadeUpForIt()
    {
        var line = new StartLine(new LineLimits(10));
        var old = Add(line);
        _now += (StartOrder.AgeStep * 5) - TimeSpan.FromSeconds(1);
        var urgent = Add(line, priority: 5);
        _now += TimeSpan.FromSeconds(2);
        var late = Add(line, priority: 5);

        Assert.Equal([urgent, old, late], All(line));
    }

    [Fact]
    public void Take_TwoGroups_ShareTheSlotsHoweverOldTheOnesTasksAre()
    {
        var line = new StartLine(new LineLimits(4));
        for (var i = 0; i < 100; i++) Add(line, share: "yesterday");
        _now += TimeSpan.FromHours(12);
        var running = new Queue<TaskId>();
        while (line.Take(_now) is { } first) running.Enqueue(first.Id);
        _now += TimeSpan.FromHours(12);
        for (var i = 0; i < 20; i++) Add(line, share: "today");
        List<string> started = [];
        for (var i = 0; i < 20; i++)
        {
            line.Ended(running.Dequeue());
            _now += TimeSpan.FromMinutes(1);
            var next = line.Take(_now)!;
            running.Enqueue(next.Id);
            started.Add(next.Share);
        }

        // The first slots make up for the four that the older group has; from then on each gets as many.
        Assert.InRange(started.Count(s => s == "today"), 9, 12);
        Assert.InRange(started.Skip(6).Count(s => s == "today"), 6, 8);
    }

    [Fact]
    public void Take_TenThousandQueues_LooksAtThoseAloneThatComeFirst()
    {
        const int Queues = 10_000;
        var line = new StartLine(new LineLimits(Queues));
        var ids = Enumerable.Range(0, Queues).Select(i => Add(line, queue: $"q{i}")).ToList();
        var clock = Stopwatch.StartNew();

        // Looking at all of them each time takes minutes.
        Assert.Equal(ids, All(line));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Ended_LastOfItsNames_NothingIsKeptOfThem()
    {
        var line = new StartLine(new LineLimits(1000));
        for (var i = 0; i < 100; i++) Add(line, queue: $"q{i % 7}", share: $"s{i % 5}", agent: $"a{i % 3}", model: i % 2 == 0 ? null : $"m{i % 11}");
        foreach (var id in All(line)) line.Ended(id);
        Assert.Equal(0, line.Named);

        var removed = Add(line, model: "opus");
        Assert.Equal(5, line.Named);
        line.Remove(removed);
        Assert.Equal(0, line.Named);
    }

    [Fact]
    public void Take_PausedQueue_StartsNothingOfItAndLeavesWhatRuns()
    {
        var line = new StartLine(new LineLimits(10));
        var runs = Add(line, queue: "heavy");
        Assert.Equal(runs, line.Take(_now)?.Id);
        var waits = Add(line, queue: "heavy");
        line.SetLimits(Queue("heavy", limit: null, paused: true));

        Assert.Null(line.Take(_now));
        Assert.True(line.IsRunning(runs));
        Assert.Equal(new Obstacle.Paused("heavy"), line.Explain(waits));

        line.SetLimits(Queue("heavy", limit: null, paused: false));
        Assert.Equal(waits, line.Take(_now)?.Id);
    }

    [Fact]
    public void Take_FullQueue_LetsOthersGoByAndSaysWhy()
    {
        var line = new StartLine(Queue("heavy", limit: 1, paused: false));
        Add(line, queue: "heavy");
        var waits = Add(line, queue: "heavy");
        var other = Add(line);

        Assert.NotNull(line.Take(_now));
        Assert.Equal(new Obstacle.Full("queue", "heavy", 1, 1), line.Explain(waits));
        Assert.Equal(other, line.Take(_now)?.Id);
        Assert.Null(line.Take(_now));
    }

    [Fact]
    public void Take_TwoLimitsThatNeverHaveRoomAtOnce_AreKeptInTheEnd()
    {
        // Whenever the queue has room the agent has none, and the other way round: without a place kept for it, it would never start.
        var line = new StartLine(Queue("heavy", limit: 1, paused: false) with { Agents = ImmutableSortedDictionary<string, int>.Empty.Add("claude", 1) });
        var inQueue = Add(line, queue: "heavy", agent: "command");
        var ofAgent = Add(line, agent: "claude");
        line.Take(_now);
        line.Take(_now);
        var wanted = Add(line, queue: "heavy", agent: "claude");
        var passes = 0;
        for (var started = false; !started; passes++)
        {
            // Every second time the other share has fewer that run, and goes first by right.
            Assert.InRange(passes, 0, (2 * StartOrder.Patience) + 4);
            var next = passes % 2 == 0 ? Add(line, queue: "heavy", agent: "command") : Add(line, agent: "claude");
            line.Ended(passes % 2 == 0 ? inQueue : ofAgent);
            while (line.Take(_now) is { } taken)
            {
                started |= taken.Id == wanted;
                if (taken.Id == next && passes % 2 == 0) inQueue = next;
                if (taken.Id == next && passes % 2 == 1) ofAgent = next;
            }
        }
    }

    [Fact]
    public void Take_NoRoomOnTheMachine_SmallerOnesGoByOnlySoOften()
    {
        var line = new StartLine(new LineLimits(1000));
        var big = Add(line, agent: "claude");
        for (var i = 0; i < 100; i++) Add(line, agent: "command");

        var started = 0;
        while (line.Take(_now, agent => agent == "command") is not null) started++;

        Assert.Equal(StartOrder.Patience, started);
        Assert.Equal(new Obstacle.NoRoom("claude"), line.Explain(big, agent => agent == "command"));
        Assert.Equal(big, line.Take(_now)?.Id);
    }

    [Fact]
    public void Ended_TakenAndNeverStarted_GivesTheShareItsTurnBack()
    {
        var line = new StartLine(new LineLimits(1));
        var first = Add(line, share: "a");
        Add(line, share: "b");
        _now += TimeSpan.FromMinutes(1);
        var taken = line.Take(_now)!;
        line.Ended(taken.Id, neverStarted: true);
        line.Add(taken);

        Assert.Equal(first, line.Take(_now)?.Id);
    }

    [Fact]
    public void Ahead_Queue_CountsThoseThatComeFirst()
    {
        var line = new StartLine(new LineLimits(1));
        for (var i = 0; i < 12; i++) Add(line);
        Add(line, queue: "other");
        var last = Add(line);

        Assert.Equal(12, line.Ahead(last));
        Assert.IsType<Obstacle.Behind>(line.Explain(last));
    }

    [Fact]
    public void Queues_NamedByATaskOrTheLimits_AreListedWithDefault()
    {
        var line = new StartLine(Queue("heavy", limit: 2, paused: true));
        Add(line, queue: "night");

        Assert.Equal(
            [new QueueState("default", null, false, 0, 0), new QueueState("heavy", 2, true, 0, 0), new QueueState("night", null, false, 0, 1)],
            line.Queues);
    }

    [Theory]
    [InlineData(-10, -10)]
    [InlineData(60 * 24 * 365, 0)]
    [InlineData(-60 * 24 * 365 * 50, -60 * 24 * 7)]
    public void Place_StoredTime_IsNeitherInTheFutureNorOlderThanAWeek(int minutes, int expected) =>
        Assert.Equal(_now.AddMinutes(expected), LineClock.Place(_now.AddMinutes(minutes), _now));

    private TaskId Add(StartLine line, string queue = "default", string share = "", string agent = "command", int priority = 0, string? model = null)
    {
        _seq++;
        var id = TaskId.Parse(string.Create(CultureInfo.InvariantCulture, $"1763876543-{_seq:x12}"));
        line.Add(new QueuedTask(id, 1, queue, share, agent, model, priority, _now, _seq));
        return id;
    }

    private List<TaskId> All(StartLine line)
    {
        List<TaskId> taken = [];
        while (line.Take(_now) is { } next) taken.Add(next.Id);
        return taken;
    }

    private static LineLimits Queue(string name, int? limit, bool paused) => new(10)
    {
        Queues = ImmutableSortedDictionary.Create<string, QueueLimit>(StringComparer.Ordinal).Add(name, new QueueLimit(limit, paused)),
    };
}
