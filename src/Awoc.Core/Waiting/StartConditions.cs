using Awoc.Core.Tasks;

namespace Awoc.Core.Waiting;

/// <summary>Decides over a task that waits for others.</summary>
public static class StartConditions
{
    /// <param name="standings">How a task stands; null for one that does not exist any more.</param>
    /// <param name="now">The time.</param>
    /// <param name="when">The answer to its own condition, once it was asked.</param>
    public static StartDecision Decide(StartCondition condition, Func<TaskId, TaskStanding?> standings, DateTimeOffset now, WhenAnswer? when = null)
    {
        var needed = Needed(condition, standings);
        if (needed is { } unmet && condition.OnUnmet != OnUnmet.Run) return Unmet(unmet, condition.OnUnmet);
        if (IsOpen(condition, standings)) return new StartDecision.Wait();
        if (condition.When is { } expression)
        {
            switch (when)
            {
                case null:
                    return new StartDecision.AskWhen();
                case { Fault: { } fault }:
                    return new StartDecision.Fail(null, $"its condition '{expression}' cannot be answered: {fault}");
                case { Holds: false }:
                    return new StartDecision.Skip($"its condition does not hold: {expression}");
            }
        }

        return condition.NotBefore is { } time && time > now ? new StartDecision.Postpone(time) : new StartDecision.Start();
    }

    /// <summary>One that had to succeed and did not; the first that failed before any that was skipped. Null while all of it may still come.</summary>
    private static (TaskId Id, TaskStanding? Standing)? Needed(StartCondition condition, Func<TaskId, TaskStanding?> standings)
    {
        (TaskId Id, TaskStanding? Standing)? found = null;
        foreach (var id in condition.After) Consider(id);
        if (condition.AfterAny.Length > 0 && condition.AfterAny.All(id => standings(id) is null or { HasEnded: true, Succeeded: false }))
        {
            foreach (var id in condition.AfterAny) Consider(id);
        }

        return found;

        void Consider(TaskId id)
        {
            var standing = standings(id);
            if (standing is { HasEnded: false } or { Succeeded: true }) return;
            if (found is null || (found is { Standing.WasSkipped: true } && standing is not { WasSkipped: true })) found = (id, standing);
        }
    }

    /// <summary>Whether something that it waits for has not ended. One that is gone never will.</summary>
    private static bool IsOpen(StartCondition condition, Func<TaskId, TaskStanding?> standings)
    {
        return condition.After.Any(IsLive)
            || condition.AfterEnded.Any(IsLive)
            || (condition.AfterAny.Any(IsLive) && !condition.AfterAny.Any(id => standings(id) is { Succeeded: true }));

        bool IsLive(TaskId id) => standings(id) is { HasEnded: false };
    }

    private static StartDecision Unmet((TaskId Id, TaskStanding? Standing) unmet, OnUnmet policy)
    {
        var id = unmet.Id.Handle;
        if (unmet.Standing is not { } standing)
        {
            return policy == OnUnmet.Skip
                ? new StartDecision.Skip($"task {id}, which it waits for, is gone")
                : new StartDecision.Fail(unmet.Id, $"task {id}, which it waits for, is gone: launch both anew");
        }

        var how = $"task {id}, which it waits for, ended {standing.Outcome.Text()}{(standing.Reason is { } reason ? $" ({reason.Text()})" : "")}";
        return policy == OnUnmet.Skip || standing.WasSkipped
            ? new StartDecision.Skip(how)
            : new StartDecision.Fail(unmet.Id, $"{how}: look at it with 'awoc status {id}', let it go on with 'awoc retry {id}', then this one with 'awoc retry {{task}}'");
    }
}
