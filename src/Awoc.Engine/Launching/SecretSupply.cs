using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Launching;

/// <summary>Hands secrets over to tasks whose own are gone with the daemon that held them.</summary>
public sealed class SecretSupply(EnginePorts ports)
{
    private const int AtOnce = 256;

    /// <summary>To all that wait for them; returns those that go on.</summary>
    public async Task<IReadOnlyList<TaskId>> SupplyAsync(IReadOnlyDictionary<string, string> secrets, CancellationToken cancellation)
    {
        List<TaskId> released = [];
        var waiting = await ports.Book.Store.ListAsync(
            new TaskQuery([TaskState.AwaitingInput, TaskState.Queued, TaskState.Scheduled, TaskState.Running], [], int.MaxValue), cancellation);
        foreach (var some in waiting.Chunk(AtOnce)) released.AddRange(await SupplyAsync(some, secrets, cancellation));
        return released;
    }

    /// <summary>True when the task waited for a credential and goes on.</summary>
    public async Task<bool> SupplyAsync(AgentTask task, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellation) =>
        (await SupplyAsync([task], secrets, cancellation)).Count > 0;

    private async Task<IReadOnlyList<TaskId>> SupplyAsync(AgentTask[] tasks, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellation)
    {
        TaskId[] given = [.. tasks.Where(task => Give(task, secrets)).Select(task => task.Id)];
        if (given.Length == 0) return [];

        // Read after the secrets are there: whoever finds them missing says so before this, or sees them.
        var now = (await ports.Book.Store.FindAsync(given, cancellation)).ToDictionary(task => task.Id);
        List<TaskId> released = [];
        foreach (var id in given)
        {
            var task = now.GetValueOrDefault(id);
            if (task is null or { State: TaskState.Ended }) ports.Vault.Forget(id);
            if (task is not { State: TaskState.AwaitingInput, SpentBudget: null, InAttempt: false }) continue;

            // It may have waited for something else that is there by now (its agent, its settings): the dispatcher looks again.
            await ports.Book.ApplyAsync(id, new TaskCommand.GiveInput(null), cancellation);
            released.Add(id);
        }

        return released;
    }

    /// <summary>False where that changes nothing for the task.</summary>
    private bool Give(AgentTask task, IReadOnlyDictionary<string, string> secrets)
    {
        var missing = ports.Vault.Missing(task);
        if (task.State == TaskState.Ended || !missing.All(secrets.ContainsKey)) return false;

        // An attempt at work has what it needs, but one that is just being taken up may turn out to have had nothing.
        if (task.InAttempt && missing.Count == 0) return false;
        var isNew = ports.Vault.Add(task.Id, task.Spec.SecretNames.Where(secrets.ContainsKey).ToDictionary(name => name, name => secrets[name]));
        return isNew || task.State == TaskState.AwaitingInput;
    }
}
