using System.Security.Cryptography;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Pacing;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Settings;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Recovery;

/// <summary>Turns a settled attempt into the end of its task, or into the wait for its next one.</summary>
public static class AttemptRecovery
{
    public static TaskCommand Decide(
        EnginePorts ports, IRunner runner, AgentTask task, TaskEnding ending, Usage usage, ShimExit? exit, AttemptStory story, GatewayRecord? record)
    {
        var attempt = ports.Paths.Task(task.Id).Attempt(task.Attempt);
        var runMs = exit?.RunMs ?? RunBeforeLost(attempt);
        var now = ports.Time.GetUtcNow();
        var ended = new EndedAttempt(ending.Outcome, ending.Reason, usage, runMs)
        {
            Detail = ending.Detail,
            IsComplete = ending.Result == TaskResult.Complete,
            Started = exit is null ? ShimInfo.Read(attempt.Path) is not null : exit.StartedUs is not null,
            SessionGone = IsSessionGone(task, ending, record),
            UsesModel = runner.Traits.UsesModel,
            ResetsAt = Later(record?.ResetsAt, story.LimitResetsAt),
        };
        var window = ClosedWindow(ports, task, ended, exit);
        if (window is { } closed) ended = ended with { ResetsAt = closed.Opens, Window = closed.Words };
        switch (RecoveryDecider.Decide(task, ended, Settings(ports, task), now, Random()))
        {
            case RecoveryDecision.Again again:
                return new TaskCommand.Defer(task.Fence, ending.Outcome, ending.Reason, usage, runMs, now + again.Delay, again.Why)
                {
                    // Whatever waits for a window goes on as soon as the book holds none: what it never knew has its time alone.
                    Wait = window is { IsKnown: false } ? WaitKind.NextAttempt : again.Wait,
                    Detail = ending.Detail,
                    Recovery = again.State,
                    Budget = again.Budget,
                    Result = ending.Result,
                    ResultPath = ending.ResultPath,
                };
            case RecoveryDecision.Ask ask:
                return new TaskCommand.Pause(task.Fence, ending.Outcome, ask.Spent, usage, runMs, ask.Question, ask.State)
                {
                    Detail = ending.Detail,
                    Result = ending.Result,
                    ResultPath = ending.ResultPath,
                };
            case RecoveryDecision.Park park:
                return new TaskCommand.Finish(task.Fence, usage, runMs, ending with
                {
                    Outcome = TaskOutcome.Failed,
                    Reason = EndReason.Poisoned,
                    Detail = park.Evidence,
                });
            case RecoveryDecision.End end:
                return new TaskCommand.Finish(task.Fence, usage, runMs, end.Note is null ? ending : ending with { Detail = Joined(ending.Detail, end.Note) });
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>
    /// The window that ended the attempt, and when it opens; null where it was another end, or a limit that nobody knows the end of. One
    /// that opens in a moment is none: that is a rate, and the agent had its tries.
    /// </summary>
    private static (DateTimeOffset Opens, string Words, bool IsKnown)? ClosedWindow(EnginePorts ports, AgentTask task, EndedAttempt ended, ShimExit? exit)
    {
        if (ended.Reason != EndReason.RateLimited) return null;
        var now = ports.Time.GetUtcNow();
        if (ports.Quotas.HoldOf(task) is { } hold) return (hold.Until, ports.Quotas.Words(hold), true);
        if (ended.ResetsAt is { } at && at - now > ports.Quotas.Settings.Hold && at - now < UsageWindow.Longest)
            return (at, $"the usage window of the model API opens at {TimeZoneInfo.ConvertTime(at, ports.Time.LocalTimeZone):HH:mm}", false);
        // It was interrupted for one that has opened by now.
        return exit?.Cause == EndCause.Window ? (now, "its next attempt, which goes on: the window is open", true) : null;
    }

    /// <summary>A resumed agent that ended without one model call never got as far as its session.</summary>
    private static bool IsSessionGone(AgentTask task, TaskEnding ending, GatewayRecord? record) =>
        task.Recovery.Next is { Mode: NextMode.Resume }
        && task.Attempt > 1
        && ending is { Outcome: TaskOutcome.Failed, Reason: EndReason.AgentError or EndReason.AgentCrashed or EndReason.Unknown }
        && record is { Requests: 0 };

    /// <summary>
    /// Running time of an attempt whose shim left no record of it: from its start to the last that its agent said or spent. What a
    /// lost attempt ran counts like any other's, or a task that is lost again and again would have no time limit.
    /// </summary>
    private static long RunBeforeLost(AttemptFolder attempt)
    {
        var started = new FileInfo(Path.Combine(attempt.Path, ShimFiles.Info));
        if (!started.Exists) return 0;
        var last = new[] { attempt.Events, attempt.GatewayLedger }.Where(File.Exists).Select(File.GetLastWriteTimeUtc).DefaultIfEmpty(started.LastWriteTimeUtc).Max();
        return Math.Max(0, (long)(last - started.LastWriteTimeUtc).TotalMilliseconds);
    }

    /// <summary>A settings file that has come to be wrong ends no task otherwise than a right one would.</summary>
    private static RecoverySettings Settings(EnginePorts ports, AgentTask task)
    {
        try
        {
            return ports.Settings.Read(task.Spec.Cwd).Recovery;
        }
        catch (SettingsException)
        {
            return RecoverySettings.Default;
        }
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null ? other : other is null || one > other ? one : other;

    /// <summary>The way on stays last.</summary>
    private static string Joined(string? detail, string note) => detail is null ? note : $"{note}; {detail}";

    private static double Random() => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;
}
