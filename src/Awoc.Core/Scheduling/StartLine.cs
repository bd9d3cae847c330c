using System.Collections.Immutable;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Core.Scheduling;

/// <summary>
/// The queued tasks in the order in which they are to start, within limits that may change at any time. In memory, without a clock, for
/// one thread at a time.
/// <para>
/// The shapes (queue, agent, model) are kept sorted by the key of their first task, so are the shares of each, and each share's tasks by
/// their own keys: a decision looks at the first share of each shape until it finds one that has room, and never through a queue. Every
/// change takes O(log n), every decision as many steps as there are shapes without room before the one that has it.
/// </para>
/// <para>
/// A task may need room in three places at once, and later ones could take each of them away in turn for ever. So one that was
/// overtaken <see cref="StartOrder.Patience"/> times has what it needs kept for it, in the order queue, agent, model: always the same
/// one, so that two of them never keep what the other needs.
/// </para>
/// </summary>
public sealed class StartLine(LineLimits limits)
{
    private readonly Dictionary<TaskId, (QueuedTask Task, ShareLine Line)> _queued = [];
    private readonly Dictionary<TaskId, Taken> _running = [];
    private readonly Dictionary<(string Queue, string Agent, string? Model), LineShape> _shapes = [];
    private readonly Dictionary<(string Queue, string Share), LineShare> _shares = [];
    private readonly Dictionary<string, Lane> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Lane> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Lane> _models = new(StringComparer.Ordinal);
    private readonly Lane _all = new("", "") { Limit = limits.All };
    private readonly SortedSet<LineShape> _order = new(LineShape.Order);

    /// <summary>Those that the decision under way looked at, in their order.</summary>
    private readonly List<LineShape> _candidates = [];

    private long _named;
    private LineLimits _limits = limits;

    public int Waiting => _queued.Count;

    public int Running => _running.Count;

    public LineLimits Limits => _limits;

    /// <summary>What is kept account of beside the tasks themselves: none of it may outlive its last task.</summary>
    public int Named => _shapes.Count + _shares.Count + _queues.Count + _agents.Count + _models.Count;

    /// <summary>The names of queues that have a limit, or tasks that wait or run, each with how it stands.</summary>
    public IEnumerable<QueueState> Queues => _queues.Keys.Union(_limits.Queues.Keys).Append(TaskSpec.DefaultQueue).Distinct().Order(StringComparer.Ordinal).Select(name =>
    {
        var lane = _queues.GetValueOrDefault(name);
        var limit = _limits.Queues.GetValueOrDefault(name);
        return new QueueState(name, limit?.Limit, limit?.Paused ?? false, lane?.Running ?? 0, lane?.Waiting ?? 0);
    });

    public bool IsQueued(TaskId id) => _queued.ContainsKey(id);

    public bool IsRunning(TaskId id) => _running.ContainsKey(id);

    /// <summary>Puts a task in; one that was there already takes its new place.</summary>
    public void Add(QueuedTask task)
    {
        Remove(task.Id);
        var shape = Shape(task);
        var share = Share(task);
        var line = share.Lines.Find(l => l.Shape == shape);
        if (line is null) share.Lines.Add(line = new ShareLine(shape, share));
        else shape.Shares.Remove(line);
        line.Tasks.Add(task);
        line.Rank();
        shape.Shares.Add(line);
        shape.Settle(_order);
        shape.Wait(1);
        _queued[task.Id] = (task, line);
    }

    /// <summary>Takes a task out that is not to start any more: false when it was not in.</summary>
    public bool Remove(TaskId id)
    {
        if (!_queued.Remove(id, out var entry)) return false;
        var (task, line) = entry;
        var shape = line.Shape;
        shape.Shares.Remove(line);
        line.Tasks.Remove(task);
        shape.Wait(-1);
        if (line.Tasks.Count > 0)
        {
            line.Rank();
            shape.Shares.Add(line);
        }
        else
        {
            line.Share.Lines.Remove(line);
        }

        shape.Settle(_order);
        Tidy(line.Share, shape);
        return true;
    }

    /// <summary>
    /// The task that is to start now, which counts as running from here on: <see cref="Ended"/> frees what it takes, be it that it did
    /// not start after all. Null when there is none, or no room.
    /// </summary>
    /// <param name="now">Only marks when the share had its turn.</param>
    /// <param name="admits">Whether the machine has room for one more of an agent; null for always.</param>
    public QueuedTask? Take(DateTimeOffset now, Func<string, bool>? admits = null)
    {
        if (_queued.Count == 0 || !_all.HasRoom) return null;
        var (chosen, _) = Choose(admits, null);
        if (chosen is null) return null;

        var task = chosen.Head;
        foreach (var earlier in _candidates)
        {
            if (earlier == chosen.Shape) break;
            earlier.Passed++;
        }

        chosen.Shape.Passed = 0;
        var before = chosen.Share.ServedTicks;
        // First, so that neither the share nor its shape is let go of in between.
        Occupy(task, now.UtcTicks, before);
        Remove(task.Id);
        return task;
    }

    /// <summary>A task that runs already, as a new daemon finds it.</summary>
    public void Started(QueuedTask task, DateTimeOffset at)
    {
        if (_running.ContainsKey(task.Id)) return;
        var share = Share(task);
        Occupy(task, Math.Max(at.UtcTicks, share.ServedTicks), share.ServedTicks);
        Remove(task.Id);
    }

    /// <summary>It runs no longer: false when it did not.</summary>
    /// <param name="neverStarted">It was taken and did not start after all: its share has not had its turn.</param>
    public bool Ended(TaskId id, bool neverStarted = false)
    {
        if (!_running.Remove(id, out var taken)) return false;
        foreach (var lane in taken.Lanes) lane.Running--;
        var share = taken.Share;
        share.Running--;
        if (neverStarted && share.ServedTicks == taken.ServedTicks) share.ServedTicks = taken.ServedBefore;
        Rerank(share);
        Tidy(share, taken.Shape);
        return true;
    }

    /// <summary>What runs beyond a lower limit goes on.</summary>
    public void SetLimits(LineLimits limits)
    {
        _limits = limits;
        _all.Limit = limits.All;
        foreach (var lane in _queues.Values) Limit(lane);
        foreach (var lane in _agents.Values) lane.Limit = Of(limits.Agents, lane.Name);
        foreach (var lane in _models.Values) lane.Limit = Of(limits.Models, lane.Name);
    }

    /// <summary>Why a queued task does not start now; null when it is the next, or not in the line.</summary>
    public Obstacle? Explain(TaskId id, Func<string, bool>? admits = null)
    {
        if (!_queued.TryGetValue(id, out var entry)) return null;
        var line = entry.Line;
        if (line.Shape.Queue.Paused) return new Obstacle.Paused(line.Shape.Queue.Name);
        var (chosen, obstacle) = Choose(admits, line.Shape);
        if (obstacle is not null) return obstacle;
        return chosen == line && line.Head == entry.Task ? null : new Obstacle.Behind();
    }

    /// <summary>How many of its queue come before it. Looks at all of them: for a person's question, not for a decision.</summary>
    public int Ahead(TaskId id)
    {
        if (!_queued.TryGetValue(id, out var entry)) return 0;
        var (mine, line) = entry;
        var key = KeyOf(mine, line);
        return _queued.Values.Count(other =>
            other.Task.Queue == mine.Queue && other.Task.Id != mine.Id && (KeyOf(other.Task, other.Line), other.Task.Seq).CompareTo((key, mine.Seq)) < 0);

        static long KeyOf(QueuedTask task, ShareLine line) => StartOrder.ShareKey(task, line.Share.ServedTicks, line.Share.Running);
    }

    /// <summary>The first share, in the order of their keys, whose shape has room everywhere; and what keeps the shape asked for from starting.</summary>
    private (ShareLine? Chosen, Obstacle? Obstacle) Choose(Func<string, bool>? admits, LineShape? asked)
    {
        _candidates.Clear();
        ShareLine? chosen = null;
        Obstacle? why = null;
        foreach (var shape in _order)
        {
            if (shape.Queue.Paused) continue;
            _candidates.Add(shape);
            var obstacle = ObstacleOf(shape, admits);
            if (shape == asked) why = obstacle;
            if (obstacle is null)
            {
                chosen ??= shape.Shares.Min;
                if (asked is null || shape == asked) break;
            }
            else if (chosen is null && shape.Passed >= StartOrder.Patience)
            {
                Keep(shape, obstacle);

                // What the machine has free is not kept by halves: nothing else starts until it suffices.
                if (obstacle is Obstacle.NoRoom && asked is null) break;
            }
        }

        foreach (var shape in _candidates)
        {
            shape.Queue.Kept = shape.Agent.Kept = 0;
            shape.Agent.Admitted = null;
            if (shape.Model is { } model) model.Kept = 0;
        }

        return (chosen, why);
    }

    private Obstacle? ObstacleOf(LineShape shape, Func<string, bool>? admits)
    {
        foreach (var lane in (ReadOnlySpan<Lane?>)[shape.Queue, shape.Agent, shape.Model, _all])
        {
            if (lane is null || lane.HasRoom) continue;
            return lane.Running < lane.Limit ? new Obstacle.Kept(lane.Kind, lane.Name) : new Obstacle.Full(lane.Kind, lane.Name, lane.Running, lane.Limit!.Value);
        }

        return admits is null || (shape.Agent.Admitted ??= admits(shape.Agent.Name)) ? null : new Obstacle.NoRoom(shape.Agent.Name);
    }

    /// <summary>Keeps one place in each lane that comes before the one that has none.</summary>
    private static void Keep(LineShape shape, Obstacle obstacle)
    {
        var kind = obstacle switch
        {
            Obstacle.Full full => full.Kind,
            Obstacle.Kept kept => kept.Kind,
            _ => null,
        };
        foreach (var lane in (ReadOnlySpan<Lane?>)[shape.Queue, shape.Agent, shape.Model])
        {
            if (lane is null) continue;
            if (lane.Kind == kind) return;
            lane.Kept++;
        }
    }

    private void Occupy(QueuedTask task, long servedTicks, long servedBefore)
    {
        var shape = Shape(task);
        var share = Share(task);
        Lane[] lanes = shape.Model is { } model ? [_all, shape.Queue, shape.Agent, model] : [_all, shape.Queue, shape.Agent];
        foreach (var lane in lanes) lane.Running++;
        share.Running++;
        share.ServedTicks = servedTicks;
        Rerank(share);
        _running[task.Id] = new Taken(lanes, share, shape, servedTicks, servedBefore);
    }

    private void Rerank(LineShare share)
    {
        foreach (var line in share.Lines)
        {
            line.Shape.Shares.Remove(line);
            line.Rank();
            line.Shape.Shares.Add(line);
            line.Shape.Settle(_order);
        }
    }

    /// <summary>Queues, shares, agents and models come into being by being named: what nobody uses any more is let go of.</summary>
    private void Tidy(LineShare share, LineShape shape)
    {
        if (share.IsIdle) _shares.Remove((share.Queue, share.Name));
        var key = (shape.Queue.Name, shape.Agent.Name, shape.Model?.Name);
        // Another may have come into being in its place while the last of its tasks ran.
        if (shape.Shares.Count == 0 && _shapes.GetValueOrDefault(key) == shape) _shapes.Remove(key);
        if (shape.Queue.IsIdle) _queues.Remove(shape.Queue.Name);
        if (shape.Agent.IsIdle) _agents.Remove(shape.Agent.Name);
        if (shape.Model is { IsIdle: true } model) _models.Remove(model.Name);
    }

    private LineShape Shape(QueuedTask task)
    {
        if (_shapes.TryGetValue((task.Queue, task.Agent, task.Model), out var shape)) return shape;
        if (!_queues.TryGetValue(task.Queue, out var queue)) Limit(_queues[task.Queue] = queue = new Lane("queue", task.Queue));
        if (!_agents.TryGetValue(task.Agent, out var agent)) _agents[task.Agent] = agent = new Lane("agent", task.Agent) { Limit = Of(_limits.Agents, task.Agent) };
        Lane? model = null;
        if (task.Model is { } name && !_models.TryGetValue(name, out model)) _models[name] = model = new Lane("model", name) { Limit = Of(_limits.Models, name) };
        return _shapes[(task.Queue, task.Agent, task.Model)] = new LineShape(queue, agent, model, ++_named);
    }

    private LineShare Share(QueuedTask task)
    {
        if (!_shares.TryGetValue((task.Queue, task.Share), out var share)) _shares[(task.Queue, task.Share)] = share = new LineShare(task.Queue, task.Share);
        return share;
    }

    private void Limit(Lane queue)
    {
        var limit = _limits.Queues.GetValueOrDefault(queue.Name);
        (queue.Limit, queue.Paused) = (limit?.Limit, limit?.Paused ?? false);
    }

    private static int? Of(ImmutableSortedDictionary<string, int> limits, string name) => limits.TryGetValue(name, out var limit) ? limit : null;

    private sealed record Taken(Lane[] Lanes, LineShare Share, LineShape Shape, long ServedTicks, long ServedBefore);
}

/// <summary>How a queue stands.</summary>
/// <param name="Limit">Null for none.</param>
public sealed record QueueState(string Name, int? Limit, bool Paused, int Running, int Waiting);
