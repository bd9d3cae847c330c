using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;

namespace Awoc.Engine.Recovery;

/// <summary>What stood at the user's OUTPUT before the task wrote there: kept over all its attempts, so that its own file is known again.</summary>
public static class TargetMemory
{
    /// <summary>Written before an attempt starts.</summary>
    public static void Note(TaskFolder folder, AttemptFolder attempt, AgentTask task)
    {
        var now = task.Spec.Output is { } target ? ContentHash.OfFile(target) : null;
        // Delivered by an earlier attempt and unchanged since: a later one may replace it without leave.
        if (now is not null && task.Delivered && now == ContentHash.OfFile(folder.Output(task.Spec.Output))) File.WriteAllText(attempt.TargetOwn, now);

        // An agent that wrote the target itself in an attempt that was cut off has not made that the user's file.
        var first = task.Recovery.Next is not null && task.Attempt > 1 ? folder.Attempt(task.Attempt - 1).TargetBefore : null;
        File.WriteAllText(attempt.TargetBefore, first is not null && File.Exists(first) ? File.ReadAllText(first) : now ?? "");
    }

    /// <summary>The hash of a file at the target that an earlier attempt of this task delivered; null where there is none.</summary>
    public static string? Own(AttemptFolder attempt) => File.Exists(attempt.TargetOwn) ? File.ReadAllText(attempt.TargetOwn) : null;
}
