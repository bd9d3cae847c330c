using Awoc.Core.Tasks;
using Awoc.Core.Waiting;

namespace Awoc.Engine.Waiting;

/// <summary>
/// Who waits for whom, in memory: the end of a task costs as much as it has dependants, and none of them is looked at again before there is
/// something to decide. For one thread.
/// </summary>
internal sealed class DependencyIndex
{
    /// <summary>What waits no longer is remembered for as long as late news of it can come.</summary>
    private const int MostGone = 8192;

    private readonly Dictionary<TaskId, Waiting> _waiting = [];
    private readonly Dictionary<TaskId, long> _gone = [];
    private readonly Queue<TaskId> _goneInOrder = [];
    private readonly Dictionary<TaskId, HashSet<TaskId>> _dependants = [];

    /// <summary>Of every task that is waited for; null is one that does not exist.</summary>
    private readonly Dictionary<TaskId, TaskStanding?> _standings = [];

    private readonly HashSet<TaskId> _unknown = [];
    private readonly HashSet<TaskId> _ripe = [];

    public int Count => _waiting.Count;

    /// <summary>Waited for, and not known yet how they stand.</summary>
    public IReadOnlyCollection<TaskId> Unknown => _unknown;

    public bool HasRipe => _ripe.Count > 0;

    /// <summary>A task as it is now; one that is older than what is known changes nothing.</summary>
    public void Note(AgentTask task)
    {
        if (_standings.TryGetValue(task.Id, out var known) && (known is null || known.Version < task.Version)) Stand(TaskStanding.Of(task));
        var before = _waiting.GetValueOrDefault(task.Id);
        if (before?.Task.Version >= task.Version || _gone.GetValueOrDefault(task.Id) >= task.Version) return;
        if (before is not null) Remove(before.Task);
        if (task is { State: TaskState.Scheduled, WaitKind: WaitKind.Dependency, Spec.Precondition: { } start }) Add(task, start);
        else if (task.Spec.Precondition is { Decides: true }) Gone(task);
    }

    /// <summary>How those stand that were <see cref="Unknown"/>; what is not among them does not exist.</summary>
    public void Learn(IReadOnlyCollection<TaskId> asked, IReadOnlyDictionary<TaskId, TaskStanding> found)
    {
        foreach (var id in asked)
        {
            if (!_unknown.Remove(id) || !_dependants.TryGetValue(id, out var dependants)) continue;
            _standings[id] = found.GetValueOrDefault(id);
            foreach (var dependant in dependants) _ripe.Add(dependant);
        }
    }

    /// <summary>Those about which there may be something to decide, each told once.</summary>
    public IReadOnlyList<AgentTask> TakeRipe()
    {
        List<AgentTask> ripe = [];
        foreach (var id in _ripe)
        {
            if (_waiting.TryGetValue(id, out var waiting) && !waiting.Condition.Tasks.Any(_unknown.Contains)) ripe.Add(waiting.Task);
        }

        _ripe.Clear();
        return ripe;
    }

    /// <summary>There is nothing to decide before so many more have ended as are under way now.</summary>
    public void StillWaits(AgentTask task)
    {
        if (_waiting.TryGetValue(task.Id, out var waiting))
            waiting.Open = waiting.Condition.Tasks.Count(id => _standings.GetValueOrDefault(id) is { HasEnded: false });
    }

    /// <summary>Could not be decided now: it is told again.</summary>
    public void PutBack(AgentTask task) => _ripe.Add(task.Id);

    public TaskStanding? StandingOf(TaskId id) => _standings.GetValueOrDefault(id);

    private void Add(AgentTask task, StartCondition condition)
    {
        _waiting[task.Id] = new Waiting(task, condition);
        _ripe.Add(task.Id);
        foreach (var id in condition.Tasks)
        {
            if (!_dependants.TryGetValue(id, out var dependants)) _dependants[id] = dependants = [];
            dependants.Add(task.Id);
            if (!_standings.ContainsKey(id)) _unknown.Add(id);
        }
    }

    private void Gone(AgentTask task)
    {
        if (!_gone.ContainsKey(task.Id)) _goneInOrder.Enqueue(task.Id);
        _gone[task.Id] = task.Version;
        if (_goneInOrder.Count > MostGone) _gone.Remove(_goneInOrder.Dequeue());
    }

    private void Remove(AgentTask task)
    {
        if (!_waiting.Remove(task.Id, out var waiting)) return;
        _ripe.Remove(task.Id);
        foreach (var id in waiting.Condition.Tasks)
        {
            if (!_dependants.TryGetValue(id, out var dependants)) continue;
            dependants.Remove(task.Id);
            if (dependants.Count > 0) continue;
            _dependants.Remove(id);
            _standings.Remove(id);
            _unknown.Remove(id);
        }
    }

    private void Stand(TaskStanding standing)
    {
        _standings[standing.Id] = standing;
        if (!standing.HasEnded || !_dependants.TryGetValue(standing.Id, out var dependants)) return;
        foreach (var id in dependants)
        {
            // One that waits for thousands is not gone through at the end of each.
            var waiting = _waiting[id];
            if (!standing.Succeeded || waiting.Condition.AfterAny.Length > 0 || --waiting.Open <= 0) _ripe.Add(id);
        }
    }

    /// <param name="Task">As it was when it began to wait.</param>
    private sealed record Waiting(AgentTask Task, StartCondition Condition)
    {
        /// <summary>So many ends at least are still to come before it may start: a count that is too low costs a look, and nothing else.</summary>
        public int Open { get; set; }
    }
}
