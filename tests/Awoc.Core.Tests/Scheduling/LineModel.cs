using System.Collections.Immutable;
using System.Globalization;
using Awoc.Core.Scheduling;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using CsCheck;

namespace Awoc.Core.Tests.Scheduling;

/// <summary>
/// A daemon's life as the line sees it: launches, starts, ends, failures that are tried again, cancels, pauses, limits that change,
/// clocks that are set forward and back, and restarts. After each step all that must always hold is looked at.
/// </summary>
internal sealed class LineModel
{
    public static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] s_queues = ["default", "heavy", "night"];
    private static readonly string[] s_shares = ["", "alpha", "beta", "gamma"];
    private static readonly string[] s_agents = ["claude", "command"];
    private static readonly string?[] s_models = [null, "opus", "sonnet"];

    private readonly Dictionary<TaskId, int> _starts = [];
    private readonly Dictionary<TaskId, int> _startsMeant = [];
    private readonly HashSet<TaskId> _over = [];
    private readonly Dictionary<TaskId, DateTimeOffset> _stored = [];
    private readonly Dictionary<(TaskId Overdue, string Queue, string Share), int> _overtaken = [];
    private StartLine _line;
    private NaiveLine _naive;
    private DateTimeOffset _now = Begin;
    private TimeSpan _wrong;
    private long _seq;

    public LineModel(Limit limit) => (_line, _naive) = (new StartLine(limit.Make()), new NaiveLine(limit.Make()));

    public static Gen<Step[]> Steps { get; } = Gen.Select(
        Gen.Frequency(
            (8, Gen.Const(Kind.Launch)), (8, Gen.Const(Kind.Take)), (3, Gen.Const(Kind.End)), (2, Gen.Const(Kind.Retry)), (1, Gen.Const(Kind.Cancel)),
            (1, Gen.Const(Kind.Pause)), (1, Gen.Const(Kind.Limits)), (1, Gen.Const(Kind.Clock)), (2, Gen.Const(Kind.Wait)), (1, Gen.Const(Kind.Restart))),
        Gen.Int[0, 1_000_000],
        Gen.Int[-StartOrder.MostPriority, StartOrder.MostPriority],
        (kind, dice, priority) => new Step(kind, dice, priority)).Array[10, 70];

    public static Gen<Limit> Limits { get; } = Gen.Select(Gen.Int[1, 5], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3], (all, queue, agent, model) => new Limit(all, queue, agent, model, 0));

    public void Do(Step step)
    {
        switch (step.Kind)
        {
            case Kind.Launch:
                Launch(step);
                break;
            case Kind.Take:
                Take();
                break;
            case Kind.End when Pick(_naive.Running, step.Dice) is { } task:
                End(task);
                _over.Add(task.Id);
                break;
            case Kind.Retry when Pick(_naive.Running, step.Dice) is { } task:
                End(task);
                Queue(task with { Version = task.Version + 1 });
                break;
            case Kind.Cancel when Pick(_naive.Queued, step.Dice) is { } task:
                Assert.True(_line.Remove(task.Id));
                _naive.Remove(task.Id);
                _startsMeant[task.Id]--;
                _over.Add(task.Id);
                break;
            case Kind.Pause:
                var name = s_queues[step.Dice % s_queues.Length];
                var old = _naive.Limits.Queues.GetValueOrDefault(name);
                Set(_naive.Limits with { Queues = _naive.Limits.Queues.SetItem(name, new QueueLimit(old?.Limit, old is not { Paused: true })) });
                break;
            case Kind.Limits:
                Set(new Limit((step.Dice % 5) + 1, step.Dice / 5 % 4, step.Dice / 20 % 4, step.Dice / 80 % 4, step.Dice / 320 % 4).Make());
                break;
            case Kind.Clock:
                // Up to a day forward, or an hour and more back: the store's times are wrong from here on.
                _wrong = TimeSpan.FromMinutes((step.Dice % 1700) - 260);
                break;
            case Kind.Wait:
                _now += TimeSpan.FromMinutes(step.Dice % 1200);
                break;
            case Kind.Restart:
                Restart();
                break;
        }

        Assert.Equal((_naive.Queued.Count, _naive.Running.Count), (_line.Waiting, _line.Running));
    }

    /// <summary>Everything is let go on: then everything comes to its end.</summary>
    public void Finish()
    {
        Set(_naive.Limits with { Queues = _naive.Limits.Queues.ToImmutableSortedDictionary(q => q.Key, q => q.Value with { Paused = false }) });
        for (var rounds = 0; _naive.Queued.Count + _naive.Running.Count > 0; rounds++)
        {
            Assert.InRange(rounds, 0, 1000);
            while (Take())
            {
            }

            var task = Pick(_naive.Running, 0);
            Assert.NotNull(task);
            End(task);
            _over.Add(task.Id);
        }

        Assert.Equal(_startsMeant.Keys.Order(ById), _over.Order(ById));
        foreach (var (id, meant) in _startsMeant) Assert.Equal(meant, _starts.GetValueOrDefault(id));
    }

    private static Comparer<TaskId> ById { get; } = Comparer<TaskId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value));

    private void Launch(Step step)
    {
        var id = TaskId.Parse(string.Create(CultureInfo.InvariantCulture, $"1763876543-{_startsMeant.Count:x12}"));
        Queue(new QueuedTask(
            id, 1, s_queues[step.Dice % 3], s_shares[step.Dice / 3 % 4], s_agents[step.Dice / 12 % 2], s_models[step.Dice / 24 % 3],
            step.Dice % 2 == 0 ? 0 : step.Priority, default, 0));
    }

    private void Queue(QueuedTask task)
    {
        task = task with { QueuedAt = _now, Seq = ++_seq };
        _stored[task.Id] = _now + _wrong;
        _startsMeant[task.Id] = _startsMeant.GetValueOrDefault(task.Id) + 1;
        _line.Add(task);
        _naive.Add(task);
    }

    private void End(QueuedTask task)
    {
        Assert.True(_line.Ended(task.Id));
        _naive.Ended(task.Id);
    }

    private bool Take()
    {
        var overdue = _naive.Queued.Values.Where(IsOverdue).ToList();
        var expected = _naive.Take(_now);
        foreach (var task in overdue.Where(t => t.Id == expected?.Id)) Assert.Null(_line.Explain(task.Id));
        var free = expected is null ? [] : overdue.Where(t => t.Id != expected.Id && _line.Explain(t.Id) is Obstacle.Behind).ToList();
        var taken = _line.Take(_now);
        Assert.Equal(expected, taken);
        if (taken is null) return false;

        _starts[taken.Id] = _starts.GetValueOrDefault(taken.Id) + 1;
        Assert.InRange(_starts[taken.Id], 1, _startsMeant[taken.Id]);
        Assert.InRange(_line.Running, 1, _naive.Limits.All);
        Assert.False(_naive.Limits.Queues.GetValueOrDefault(taken.Queue) is { Paused: true });
        foreach (var lane in _naive.Lanes(taken)) Assert.InRange(lane.Running, 1, lane.Limit ?? int.MaxValue);

        // The bound: each other share goes before one that has waited so long, and could start, once more and never again.
        foreach (var task in free)
        {
            var key = (task.Id, taken.Queue, taken.Share);
            _overtaken[key] = _overtaken.GetValueOrDefault(key) + 1;
            Assert.InRange(_overtaken[key], 0, 1);
        }

        // Its share has had its turn, be it by another of its tasks: from here on its wait is counted anew.
        foreach (var key in _overtaken.Keys.Where(k => !_naive.Queued.TryGetValue(k.Overdue, out var task) || (task.Queue, task.Share) == (taken.Queue, taken.Share)).ToList())
            _overtaken.Remove(key);

        return true;
    }

    private bool IsOverdue(QueuedTask task) =>
        _naive.IsHead(task) && _now.UtcTicks - Math.Max(task.QueuedAt.UtcTicks, _naive.ServedTicks(task)) > StartOrder.Bound.Ticks;

    /// <summary>As a new daemon does it: from what the store has, by a clock that may have been wrong.</summary>
    private void Restart()
    {
        var (queued, running) = (_naive.Queued.Values.ToList(), _naive.Running.Values.ToList());
        (_line, _naive) = (new StartLine(_naive.Limits), new NaiveLine(_naive.Limits));
        foreach (var task in running)
        {
            _line.Started(task, _now);
            _naive.Started(task, _now);
        }

        foreach (var task in queued)
        {
            var at = LineClock.Place(_stored[task.Id], _now);
            Assert.InRange(at, _now - LineClock.Oldest, _now);
            _line.Add(task with { QueuedAt = at });
            _naive.Add(task with { QueuedAt = at });
        }

        _overtaken.Clear();
    }

    private void Set(LineLimits limits)
    {
        _line.SetLimits(limits);
        _naive.Limits = limits;
    }

    private static QueuedTask? Pick(IReadOnlyDictionary<TaskId, QueuedTask> tasks, int dice) =>
        tasks.Count == 0 ? null : tasks.Values.OrderBy(t => t.Seq).ElementAt(dice % tasks.Count);

    internal enum Kind
    {
        Launch,
        Take,
        End,
        Retry,
        Cancel,
        Pause,
        Limits,
        Clock,
        Wait,
        Restart,
    }

    internal sealed record Step(Kind Kind, int Dice, int Priority);

    /// <summary>0 is no limit.</summary>
    internal sealed record Limit(int All, int Heavy, int Claude, int Opus, int Default)
    {
        public LineLimits Make() => new(All)
        {
            Queues = new Dictionary<string, QueueLimit> { ["heavy"] = new(Null(Heavy), false), ["default"] = new(Null(Default), false) }.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Agents = Of("claude", Claude),
            Models = Of("opus", Opus),
        };

        private static int? Null(int limit) => limit == 0 ? null : limit;

        private static ImmutableSortedDictionary<string, int> Of(string name, int limit) =>
            limit == 0 ? ImmutableSortedDictionary<string, int>.Empty : ImmutableSortedDictionary<string, int>.Empty.Add(name, limit);
    }
}
