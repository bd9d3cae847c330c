using Awoc.Core.Store;

namespace Awoc.Core.Scheduling;

/// <summary>
/// The order in which queued tasks start, as one key in units of time: lower goes first. A key depends on when a task was queued and
/// not on the present, so that waiting ages by itself and nothing has to be computed anew as time passes.
/// <para>
/// Every part but the time is bounded, and so is the wait: see <see cref="Bound"/>.
/// </para>
/// </summary>
public static class StartOrder
{
    /// <summary>Priorities go from minus this to this.</summary>
    public const int MostPriority = 100;

    /// <summary>What waiting has to make up for one point of priority.</summary>
    public static TimeSpan AgeStep { get; } = TimeSpan.FromMinutes(10);

    /// <summary>By how much a share stands back for each of its running tasks.</summary>
    public static TimeSpan FairStep { get; } = TimeSpan.FromMinutes(30);

    /// <summary>Running tasks of a share beyond which it stands back no further.</summary>
    public const int MostFairSteps = 16;

    /// <summary>How often a task that waits for a limit is overtaken by later ones before what it waits for is kept for it.</summary>
    public const int Patience = 16;

    /// <summary>
    /// From when on a task that is the first of its share (queued, and its share's last start past, for longer than this) is overtaken by
    /// each other share at most once more: by then whatever starts puts its share's key behind this one's.
    /// </summary>
    public static TimeSpan Bound { get; } = (AgeStep * (2 * MostPriority)) + (FairStep * MostFairSteps);

    /// <summary>Within a share: what was queued first, less its priority. Two of one share and shape never change their order.</summary>
    public static long OwnKey(QueuedTask task) => task.QueuedAt.UtcTicks - (AgeStep.Ticks * task.Priority);

    /// <summary>
    /// Among shares. A share's turn is counted from its last start, or it would have the advantage of its age for as long as it
    /// has tasks: a thousand tasks of yesterday would keep today's ten waiting until the last of them.
    /// </summary>
    /// <param name="head">The first of the share by <see cref="OwnKey"/>.</param>
    /// <param name="servedTicks">When a task of the share last started, in ticks.</param>
    /// <param name="running">Tasks of the share that run.</param>
    public static long ShareKey(QueuedTask head, long servedTicks, int running) =>
        Math.Max(head.QueuedAt.UtcTicks, servedTicks) - (AgeStep.Ticks * head.Priority) + (FairStep.Ticks * Math.Min(running, MostFairSteps));
}
