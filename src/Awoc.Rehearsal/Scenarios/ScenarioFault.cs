namespace Awoc.Rehearsal.Scenarios;

/// <summary>One thing wrong with a scenario file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Path">The field, such as <c>steps[2].error.status</c>; empty for the file as a whole.</param>
/// <param name="Message">What is wrong and what is allowed.</param>
public sealed record ScenarioFault(int Line, int Column, string Path, string Message)
{
    /// <summary>As compilers print it: <c>4:12: steps[0].cut: …</c>.</summary>
    public override string ToString() => Path.Length == 0 ? $"{Line}:{Column}: {Message}" : $"{Line}:{Column}: {Path}: {Message}";
}
