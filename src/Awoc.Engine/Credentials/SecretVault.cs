using System.Collections.Concurrent;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Credentials;

/// <summary>
/// The secrets of tasks that have not ended, in memory and nowhere else. A running attempt's are also in its shim, which
/// hands them to the next daemon; those of a waiting task are gone with this process.
/// </summary>
public sealed class SecretVault
{
    private readonly ConcurrentDictionary<TaskId, IReadOnlyDictionary<string, string>> _byTask = new();

    public void Put(TaskId task, IReadOnlyDictionary<string, string> secrets) => _byTask[task] = secrets;

    /// <summary>Those of them that are not held already: what the launch brought stays as it was. False where there are none.</summary>
    public bool Add(TaskId task, IReadOnlyDictionary<string, string> secrets)
    {
        var held = Get(task);
        if (secrets.Keys.All(held.ContainsKey)) return false;
        _byTask.AddOrUpdate(task, secrets, (_, held) => secrets.Concat(held).GroupBy(s => s.Key).ToDictionary(g => g.Key, g => g.Last().Value));
        return true;
    }

    public IReadOnlyDictionary<string, string> Get(TaskId task) =>
        _byTask.TryGetValue(task, out var secrets) ? secrets : new Dictionary<string, string>();

    /// <summary>Names this task cannot start without and that are not here.</summary>
    public IReadOnlyList<string> Missing(AgentTask task)
    {
        var held = Get(task.Id);
        return [.. task.Spec.RequiredSecrets.Where(name => !held.ContainsKey(name))];
    }

    public void Forget(TaskId task) => _byTask.TryRemove(task, out _);
}
