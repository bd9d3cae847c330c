namespace Awoc.Plans.Workflows;

/// <summary>Which task of a workflow waits for which. Needs of tasks that do not exist are left out.</summary>
public sealed class WorkflowGraph
{
    /// <summary>One who has these to mend will look again.</summary>
    private const int MostCycles = 10;

    private readonly IReadOnlyList<WorkflowTask> _tasks;
    private readonly Dictionary<string, WorkflowTask> _byKey = new(StringComparer.Ordinal);

    public WorkflowGraph(IReadOnlyList<WorkflowTask> tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        _tasks = tasks;
        foreach (var task in tasks) _byKey.TryAdd(task.Key, task);
    }

    public IReadOnlyCollection<string> Keys => _byKey.Keys;

    public WorkflowTask? this[string key] => _byKey.GetValueOrDefault(key);

    /// <summary>
    /// Whether the other has surely ended when this one starts: it is needed, or needed by one that this one starts after only when it
    /// succeeded, and so on.
    /// </summary>
    /// <param name="orAny">One of several that one of which suffices counts too, though it may still live.</param>
    public bool WaitsFor(WorkflowTask task, string key, bool orAny)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (orAny && task.Any.Any(n => n.Text == key)) return true;
        HashSet<string> seen = [];
        Stack<WorkflowTask> open = new([task]);
        while (open.TryPop(out var at))
        {
            if (at.After.Any(n => n.Text == key) || at.Ended.Any(n => n.Text == key) || (at.Any is [var only] && only.Text == key)) return true;
            // What starts though its needs were not met tells nothing of what they in turn needed.
            if (at.Values.TryGetValue("on_unmet", out var unmet) && unmet.Text == "run") continue;
            foreach (var need in at.After)
            {
                if (seen.Add(need.Text) && _byKey.TryGetValue(need.Text, out var next)) open.Push(next);
            }
        }

        return false;
    }

    /// <summary>The tasks with what each needs before it, in the order of the file where that allows; without those in a cycle.</summary>
    public IReadOnlyList<(WorkflowTask Task, int Level)> Levels()
    {
        Dictionary<string, int> missing = new(StringComparer.Ordinal);
        Dictionary<string, int> level = new(StringComparer.Ordinal);
        var dependants = Dependants();
        List<(WorkflowTask, int)> sorted = [];
        List<WorkflowTask> ready = [];
        foreach (var task in _tasks)
        {
            missing[task.Key] = Known(task).Count();
            if (missing[task.Key] == 0) ready.Add(task);
        }

        for (var depth = 0; ready.Count > 0; depth++)
        {
            List<WorkflowTask> next = [];
            foreach (var task in ready)
            {
                sorted.Add((task, depth));
                foreach (var dependant in dependants.GetValueOrDefault(task.Key, []))
                {
                    if (--missing[dependant.Key] == 0) next.Add(dependant);
                }
            }

            ready = [.. next.OrderBy(t => t.At.Line).ThenBy(t => t.At.Column)];
        }

        return sorted;
    }

    /// <summary>Cycles, each as a path that ends where it began; of cycles that share tasks, a shortest. Self-needs are none.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Cycles()
    {
        var sound = Levels().Select(t => t.Task.Key).ToHashSet(StringComparer.Ordinal);
        HashSet<string> told = new(StringComparer.Ordinal);
        List<IReadOnlyList<string>> cycles = [];
        foreach (var task in _tasks)
        {
            if (cycles.Count == MostCycles) break;
            if (sound.Contains(task.Key) || told.Contains(task.Key) || PathToItself(task, sound) is not { } path) continue;
            cycles.Add(path);
            told.UnionWith(path);
        }

        return cycles;
    }

    private List<string>? PathToItself(WorkflowTask task, HashSet<string> sound)
    {
        Dictionary<string, string> from = new(StringComparer.Ordinal);
        Queue<WorkflowTask> open = new([task]);
        while (open.TryDequeue(out var at))
        {
            foreach (var need in Known(at).Where(n => !sound.Contains(n)))
            {
                if (need == task.Key)
                {
                    List<string> path = [task.Key];
                    for (var key = at.Key; key != task.Key; key = from[key]) path.Add(key);
                    path.Add(task.Key);
                    // From each to the one it needs.
                    path.Reverse();
                    return path;
                }

                if (from.TryAdd(need, at.Key)) open.Enqueue(_byKey[need]);
            }
        }

        return null;
    }

    private IEnumerable<string> Known(WorkflowTask task) =>
        task.Needs.Select(n => n.Text).Where(n => n != task.Key && _byKey.ContainsKey(n)).Distinct(StringComparer.Ordinal);

    private Dictionary<string, List<WorkflowTask>> Dependants()
    {
        Dictionary<string, List<WorkflowTask>> dependants = new(StringComparer.Ordinal);
        foreach (var task in _tasks)
        {
            foreach (var need in Known(task))
            {
                if (!dependants.TryGetValue(need, out var list)) dependants[need] = list = [];
                list.Add(task);
            }
        }

        return dependants;
    }
}
