using Awoc.Core.Tasks;

namespace Awoc.Engine.Scheduling;

/// <summary>Somebody who may keep a queued task from starting now, whatever room there is. Asked right before the start, one after the other.</summary>
public interface IStartGate
{
    /// <summary>Null lets the task through; else it leaves its queue for what is said, and whoever said it puts it back or lets its time come.</summary>
    ValueTask<StartHold?> AskAsync(AgentTask task, CancellationToken stop);

    /// <summary>A task that was let through does not start after all.</summary>
    void Release(AgentTask task)
    {
    }
}

/// <param name="Until">When it is to be tried again by itself; null for not.</param>
/// <param name="Why">What it waits for, in words for a person.</param>
public sealed record StartHold(WaitKind Kind, DateTimeOffset? Until, string Why);
