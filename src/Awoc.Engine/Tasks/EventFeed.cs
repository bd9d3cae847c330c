namespace Awoc.Engine.Tasks;

/// <summary>
/// Tells whoever follows the log that it has grown. Followers read the events from the store by their cursor, so that none
/// is lost or doubled whatever the timing.
/// </summary>
public sealed class EventFeed
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes at the next growth. Take it before reading the store, await it after.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Pulse() => Interlocked.Exchange(ref _next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
