namespace Awoc.Core.Scheduling;

/// <summary>
/// Times in a line are its own: at the daemon's start those of the store, as far as they can be believed, and then the clock of the
/// process, which nobody sets. So a wall clock that is set back an hour moves nothing while the daemon runs, and after its restart no task
/// by more than the hour.
/// </summary>
public static class LineClock
{
    /// <summary>More than all priorities and fair steps together: to be older changes no order that matters.</summary>
    public static TimeSpan Oldest { get; } = TimeSpan.FromDays(7);

    /// <summary>When a task counts as queued that the store has.</summary>
    /// <param name="stored">By a clock that may have been wrong.</param>
    public static DateTimeOffset Place(DateTimeOffset stored, DateTimeOffset now) =>
        stored > now ? now : stored < now - Oldest ? now - Oldest : stored;
}
