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
        // An agent that wrote the target itself in an attempt that was cut off has not made that the user's file.
        var first = task.Recovery.Next is not null && task.Attempt > 1 ? folder.Attempt(task.Attempt - 1).TargetBefore : null;
        File.WriteAllText(attempt.TargetBefore, first is not null && File.Exists(first) ? File.ReadAllText(first) : now ?? "");
    }
}
