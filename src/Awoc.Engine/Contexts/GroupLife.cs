using Awoc.Core.Budgets;
using Awoc.Engine.Launching;

namespace Awoc.Engine.Contexts;

/// <summary>How long a group is going to work.</summary>
public static class GroupLife
{
    /// <summary>Whether it outlives an entry of five minutes: only then is the dearer write for an hour worth it.</summary>
    /// <param name="tasks">Its tasks that have not ended.</param>
    /// <param name="past">What tasks of their kind took; where nothing is known, five minutes it is.</param>
    /// <param name="slots">Tasks that run at once.</param>
    public static bool Outlives(int tasks, PastUse past, int slots) =>
        past.Tasks > 0 && tasks > 1 && (double)tasks * past.Seconds.Half / Math.Max(1, Math.Min(slots, tasks)) > CacheRules.Life(hour: false).TotalSeconds;
}
