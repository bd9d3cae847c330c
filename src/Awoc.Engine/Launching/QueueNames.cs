using Awoc.Core.Tasks;
using Awoc.Engine.Scheduling;

namespace Awoc.Engine.Launching;

/// <summary>What is to be told of a queue that a launch names. One comes into being by being named, so a slip of the pen makes one.</summary>
internal static class QueueNames
{
    /// <summary>Null where all is well.</summary>
    public static string? Notice(string queue, QueueSettings settings)
    {
        if (queue == TaskSpec.DefaultQueue || settings.Queues.ContainsKey(queue)) return null;
        var near = settings.Queues.Keys.Append(TaskSpec.DefaultQueue).FirstOrDefault(known => IsNear(queue, known));
        return near is null ? null : $"queue {queue} has no settings of its own: did you mean '{near}'?";
    }

    /// <summary>Nothing starts from it until somebody says so; null where all is well.</summary>
    public static string? Paused(string queue, QueueSettings settings) =>
        settings.Queues.TryGetValue(queue, out var limit) && limit.Paused ? $"queue {queue} is paused, so it waits: awoc queue resume {queue}" : null;

    /// <summary>One letter more, less or other, two swapped, or another case.</summary>
    private static bool IsNear(string given, string known)
    {
        var (a, b) = (given.ToLowerInvariant(), known.ToLowerInvariant());
        if (a == b) return true;
        var same = 0;
        while (same < a.Length && same < b.Length && a[same] == b[same]) same++;
        var (restA, restB) = (a[same..], b[same..]);
        return Math.Min(a.Length, b.Length) > 2 && (
            (restA.Length > 0 && restA[1..] == restB)
            || (restB.Length > 0 && restB[1..] == restA)
            || (restA.Length > 0 && restB.Length > 0 && restA[1..] == restB[1..])
            || (restA.Length > 1 && restB.Length > 1 && restA[0] == restB[1] && restA[1] == restB[0] && restA[2..] == restB[2..]));
    }
}
