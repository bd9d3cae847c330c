using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Credentials;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Tasks;

namespace Awoc.Engine.Waiting;

/// <summary>
/// A task that recurs is followed by its next occurrence when it has ended, however. One that was canceled before it ever started, or with all
/// its series, has none. Should it be tried again, its next one waits for it (<see cref="TaskSpec.Precondition"/>).
/// </summary>
public sealed class Recurrences(AwocPaths paths, TaskFiles files, SecretVault vault, TimeProvider time) : ISuccession
{
    public Decision.Accepted? NextOf(AgentTask before, AgentTask ended)
    {
        if (ended is not { State: TaskState.Ended, Successor: null, SeriesCanceled: false, Spec.Recurs: not null } || before.State == TaskState.Ended) return null;
        if (ended is { Outcome: TaskOutcome.Canceled, StartedAt: null }) return null;
        var now = time.GetUtcNow();
        if (CronSchedule.Next(ended.Spec, now, time.LocalTimeZone) is not { } at) return null;
        var recurs = ended.Spec.Recurs with { Previous = ended.Id, Replaces = OutputDelivery.Brought(paths.Task(ended.Id)) ?? ended.Spec.Recurs.Replaces };
        return TaskLifecycle.Launch(TaskId.New(time), ended.Spec with { Start = new StartCondition { NotBefore = at }, Recurs = recurs }, now);
    }

    public void Stored(AgentTask ended, AgentTask next)
    {
        // The end is about to forget them.
        vault.Put(next.Id, vault.Get(ended.Id));
        files.CreateNext(next);
    }
}
