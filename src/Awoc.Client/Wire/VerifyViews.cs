namespace Awoc.Client.Wire;

/// <summary>A file to be checked.</summary>
public sealed record VerifyRequest
{
    /// <summary>Absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>The task type whose contract it is held against; absent for <c>custom</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Absolute path of a JSON Schema; absent for the type's.</summary>
    public string? Schema { get; init; }

    /// <summary>A claim that points nowhere is an error.</summary>
    public bool Strict { get; init; }

    /// <summary>Absolute path of the directory that paths in it are relative to.</summary>
    public required string Cwd { get; init; }
}

/// <summary>What a check found.</summary>
public sealed record VerifyReply
{
    /// <summary>The task whose result it is; absent for a file.</summary>
    public string? Task { get; init; }

    /// <summary>Absolute path of what was checked.</summary>
    public required string File { get; init; }

    /// <summary><c>passed</c>, <c>failed</c>, or <c>not_checked</c> where a part could not be.</summary>
    public required string Verification { get; init; }

    /// <summary>In the order of the document, what is about the whole first.</summary>
    public required IReadOnlyList<FindingView> Findings { get; init; }
}

/// <summary>One thing that a check found.</summary>
/// <param name="Line">From 1; absent where it is about the whole.</param>
/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
/// <param name="Rule">Such as <c>missing_section</c>; all of them are in <c>docs/contracts.md</c>.</param>
/// <param name="Message">One sentence.</param>
public sealed record FindingView(int? Line, string Severity, string Rule, string Message);
