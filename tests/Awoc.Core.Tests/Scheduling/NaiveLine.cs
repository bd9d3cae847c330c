using Awoc.Core.Scheduling;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Core.Tests.Scheduling;

/// <summary>The rules of the line written down once more, without any structure: everything is counted anew for each decision.</summary>
internal sealed class NaiveLine(LineLimits limits)
{
    private readonly Dictionary<TaskId, QueuedTask> _queued = [];
    private readonly Dictionary<TaskId, QueuedTask> _running = [];
    private readonly Dictionary<(string, string), long> _served = [];
    private readonly Dictionary<(string, string, string?), int> _passed = [];

    public LineLimits Limits { get; set; } = limits;

    public IReadOnlyDictionary<TaskId, QueuedTask> Queued => _queued;

    public IReadOnlyDictionary<TaskId, QueuedTask> Running => _running;

    public void Add(QueuedTask task) => _queued[task.Id] = task;

    public void Remove(TaskId id)
    {
        if (_queued.Remove(id, out var task)) Forget(task);
    }

    public void Ended(TaskId id)
    {
        if (_running.Remove(id, out var task)) Forget(task);
    }

    public void Started(QueuedTask task, DateTimeOffset at)
    {
        _running[task.Id] = task;
        _served[(task.Queue, task.Share)] = Math.Max(at.UtcTicks, _served.GetValueOrDefault((task.Queue, task.Share)));
    }

    public long KeyOf(QueuedTask task) => StartOrder.ShareKey(
        task, _served.GetValueOrDefault((task.Queue, task.Share)), _running.Values.Count(r => r.Queue == task.Queue && r.Share == task.Share));

    public long ServedTicks(QueuedTask task) => _served.GetValueOrDefault((task.Queue, task.Share));

    public bool IsHead(QueuedTask task) => Head(_queued.Values.Where(t => Shape(t) == Shape(task) && t.Share == task.Share)) == task;

    public QueuedTask? Take(DateTimeOffset now)
    {
        if (_running.Count >= Limits.All) return null;
        var heads = _queued.Values
            .Where(t => Limits.Queues.GetValueOrDefault(t.Queue) is not { Paused: true })
            .GroupBy(Shape)
            .Select(shape => shape.GroupBy(t => t.Share).Select(Head).OrderBy(KeyOf).ThenBy(t => t.Seq).First())
            .OrderBy(KeyOf).ThenBy(t => t.Seq)
            .ToList();
        var kept = new Dictionary<string, int>();
        for (var i = 0; i < heads.Count; i++)
        {
            var head = heads[i];
            var lanes = Lanes(head).ToList();
            var full = lanes.FindIndex(l => l.Limit is { } limit && l.Running + kept.GetValueOrDefault(l.Name) >= limit);
            if (full >= 0)
            {
                if (_passed.GetValueOrDefault(Shape(head)) < StartOrder.Patience) continue;
                foreach (var lane in lanes.Take(full)) kept[lane.Name] = kept.GetValueOrDefault(lane.Name) + 1;
                continue;
            }

            foreach (var earlier in heads.Take(i)) _passed[Shape(earlier)] = _passed.GetValueOrDefault(Shape(earlier)) + 1;
            _passed[Shape(head)] = 0;
            Started(head, now);
            _served[(head.Queue, head.Share)] = now.UtcTicks;
            Remove(head.Id);
            return head;
        }

        return null;
    }

    /// <summary>In the order in which they are kept.</summary>
    public IEnumerable<(string Name, int Running, int? Limit)> Lanes(QueuedTask task)
    {
        yield return ("queue " + task.Queue, _running.Values.Count(r => r.Queue == task.Queue), Limits.Queues.GetValueOrDefault(task.Queue)?.Limit);
        yield return ("agent " + task.Agent, _running.Values.Count(r => r.Agent == task.Agent), Limits.Agents.TryGetValue(task.Agent, out var agent) ? agent : null);
        if (task.Model is { } name)
            yield return ("model " + name, _running.Values.Count(r => r.Model == name), Limits.Models.TryGetValue(name, out var model) ? model : null);
    }

    private void Forget(QueuedTask task)
    {
        if (!_queued.Values.Any(t => Shape(t) == Shape(task))) _passed.Remove(Shape(task));
        if (!_queued.Values.Concat(_running.Values).Any(t => (t.Queue, t.Share) == (task.Queue, task.Share))) _served.Remove((task.Queue, task.Share));
    }

    private static QueuedTask Head(IEnumerable<QueuedTask> tasks) => tasks.OrderBy(StartOrder.OwnKey).ThenBy(t => t.Seq).First();

    private static (string, string, string?) Shape(QueuedTask task) => (task.Queue, task.Agent, task.Model);
}
