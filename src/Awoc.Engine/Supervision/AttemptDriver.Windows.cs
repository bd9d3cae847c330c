using Awoc.Core.Agents;
using Awoc.Core.Pacing;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Supervision;

// Usage windows: what the agent's stream says of them, and what becomes of an agent that waits for one.
public sealed partial class AttemptDriver
{
    /// <summary>Whose windows its model calls count in; null for an agent that calls no model, and until its credential is here.</summary>
    private volatile string? _account;

    private void Hear(AgentEvent e, DateTimeOffset at)
    {
        if (_account is not { } account) return;
        if (e is AgentEvent.Limit limit) ports.Quotas.Heard(account, limit, at);
        else if (e is AgentEvent.Retry retry) ports.Quotas.Heard(new LaneKey(account, LaneKey.Bare(runner.ModelAsked(task.Spec) ?? task.Spec.Model ?? "")), retry, at);
    }

    /// <summary>
    /// Interrupts an agent that waits for a window that stays closed for long: it goes on with its session when the window opens, and
    /// no retry is used up. One that writes its report is left alone: it has nothing to go on with.
    /// </summary>
    private void EndAtClosedWindow()
    {
        if (_end.Task.IsCompleted || _landing.Limit is not null) return;
        if (ports.Gateway.Find(task.Id, task.Attempt)?.OpensAt is not { } opens) return;
        if (opens - ports.Time.GetUtcNow() <= ports.Quotas.Settings.Hold) return;
        var words = ports.Quotas.HoldOf(task) is { } hold ? ports.Quotas.Words(hold) : "the usage window of the model API is closed";
        ports.Files.Note(task, $"{words}: the agent is interrupted, and goes on then");
        End(EndCause.Window);
    }
}
