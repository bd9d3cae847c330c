using Awoc.Core.Scheduling;

namespace Awoc.Engine.Scheduling;

/// <summary>Why a queued task waits, for a person.</summary>
internal static class WaitWords
{
    public const string Behind = "behind others";

    public static string? Of(Obstacle? obstacle, MachineRoom room) => obstacle switch
    {
        null => null,
        Obstacle.Paused(var queue) => $"queue {queue} is paused: awoc queue resume {queue}",
        Obstacle.Full("", _, var running, var limit) => $"all slots are taken: {running} of {limit}",
        Obstacle.Full(var kind, var name, var running, var limit) => $"{kind} {name} is full: {running} of {limit}",
        Obstacle.Kept("", _) => Behind,
        Obstacle.Kept(var kind, var name) => $"{kind} {name} keeps its place for a task that has waited longer",
        Obstacle.NoRoom(var agent) => room.Why(agent),
        Obstacle.Behind => Behind,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
