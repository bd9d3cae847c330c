using Awoc.Core.Tasks;

namespace Awoc.Core.Waiting;

/// <summary>How a task stands, as far as those that wait for it need to know.</summary>
/// <param name="Version">As <see cref="AgentTask.Version"/>.</param>
public sealed record TaskStanding(TaskId Id, long Version, TaskState State, TaskOutcome? Outcome, EndReason? Reason)
{
    public bool HasEnded => State == TaskState.Ended;

    public bool Succeeded => Outcome == TaskOutcome.Succeeded;

    /// <summary>It was left out by a condition or by somebody's choice: no failure.</summary>
    public bool WasSkipped => Reason == EndReason.Skipped;

    public static TaskStanding Of(AgentTask task) => new(task.Id, task.Version, task.State, task.Outcome, task.Reason);
}
