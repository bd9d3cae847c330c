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
