namespace Awoc.Client.Wire;

/// <summary>All queues.</summary>
/// <param name="Queues">Those that are configured or in use, and <c>default</c>, by name.</param>
/// <param name="Limit">How many attempts may run at once over all of them.</param>
/// <param name="Running">How many do.</param>
/// <param name="Waiting">Queued tasks.</param>
public sealed record QueueList(IReadOnlyList<QueueView> Queues, int Limit, int Running, int Waiting);

/// <summary>How a queue stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Limit">How many of its attempts may run at once; absent for no limit of its own.</param>
/// <param name="Running">How many do.</param>
/// <param name="Waiting">Queued tasks.</param>
/// <param name="Paused">Nothing starts from it; what runs goes on.</param>
public sealed record QueueView(string Name, int? Limit, int Running, int Waiting, bool Paused);

/// <summary>Changes a queue's settings, for good and at once.</summary>
/// <param name="Limit">A whole number from 1 to 1000, or <c>off</c>; null leaves it.</param>
/// <param name="Paused">Null leaves it.</param>
public sealed record QueueChange(string? Limit = null, bool? Paused = null);
