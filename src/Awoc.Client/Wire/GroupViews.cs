namespace Awoc.Client.Wire;

/// <summary>Several references to tasks.</summary>
/// <param name="References">Ids, beginnings of them, names, <c>@last</c>; at most 1000.</param>
public sealed record LookupRequest(IReadOnlyList<string> References);

/// <summary>Tasks without their attempts.</summary>
/// <param name="Tasks">In the order in which they were asked for.</param>
public sealed record TaskList(IReadOnlyList<TaskView> Tasks);
