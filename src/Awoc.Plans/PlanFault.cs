namespace Awoc.Plans;

/// <summary>One fault of a batch or workflow file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="What">Names the thing, what is wrong with it and what would be taken.</param>
public sealed record PlanFault(int Line, int Column, string What);
