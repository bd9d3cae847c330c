using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Core.Waiting;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Waiting;

/// <summary>
/// The last look before a first start: what the task waited for, or the one before it in its series, may have been reopened since, and then it
/// waits for that.
/// </summary>
public sealed class DependencyGate(EnginePorts ports) : IStartGate
{
    public async ValueTask<StartHold?> AskAsync(AgentTask task, CancellationToken stop)
    {
        if (task is not { Attempt: 0, Spec.Precondition: { Decides: true } start }) return null;
        var standings = await ports.Book.Store.StandingsAsync([.. start.Tasks], stop);
        var decision = StartConditions.Decide(start with { When = null, NotBefore = null }, id => standings.GetValueOrDefault(id), ports.Time.GetUtcNow());
        return decision is StartDecision.Start ? null : new StartHold(WaitKind.Dependency, null, WaitTexts.For(start));
    }
}
