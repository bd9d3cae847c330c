using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;
using Awoc.Engine.Integration;
using Awoc.Engine.Shims;

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
        var goesOn = first is not null && File.Exists(first);
        File.WriteAllText(attempt.TargetBefore, goesOn ? File.ReadAllText(first!) : now ?? "");
        if (!goesOn) KeepBase(folder, task.Spec.Output, now);
    }

    /// <summary>
    /// A copy of what the task begins from: text and code merge three-way with it. Markdown and JSON merge by their own structure, and
    /// need none. Where it cannot be kept, such a merge is refused later; the task is not.
    /// </summary>
    private static void KeepBase(TaskFolder folder, string? target, string? sha)
    {
        try
        {
            File.Delete(folder.TargetBase);
            if (target is null || sha is null || OutputFormats.Of(target) is OutputFormat.Markdown or OutputFormat.Json) return;
            if (new FileInfo(target).Length <= TargetFile.Longest) DurableFile.Copy(target, folder.TargetBase);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            File.Delete(folder.TargetBase);
        }
    }
}
