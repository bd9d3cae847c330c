namespace Awoc.Client.Wire;

/// <summary>A task type.</summary>
public sealed record TypeView
{
    /// <summary>As it is launched.</summary>
    public required string Name { get; init; }

    /// <summary><c>research</c>, <c>analysis</c>, <c>testing</c>, <c>documentation</c>, <c>custom</c>; absent of a faulty one.</summary>
    public string? Family { get; init; }

    /// <summary>Where it is defined: <c>built_in</c>, <c>user</c>, <c>project</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>The file it is defined in; absent of a built-in one.</summary>
    public string? Path { get; init; }

    /// <summary>The type it builds upon; absent where it names none.</summary>
    public string? Extends { get; init; }

    /// <summary>What it is about, in one sentence.</summary>
    public string? Focus { get; init; }

    /// <summary>How its result is integrated unless the user says otherwise.</summary>
    public string? Integration { get; init; }

    /// <summary>The method's title.</summary>
    public string? Method { get; init; }

    /// <summary>The method's steps.</summary>
    public IReadOnlyList<string> Steps { get; init => field = value ?? []; } = [];

    /// <summary>What the result is made of, in order.</summary>
    public IReadOnlyList<TypeSection> Sections { get; init => field = value ?? []; } = [];

    /// <summary>What a result must be.</summary>
    public TypeContract? Contract { get; init; }

    /// <summary>The further words to the agent, a Mustache template; absent where there are none.</summary>
    public string? Guidance { get; init; }

    /// <summary>The prompt of a task of this type, with a sample description; absent in a list.</summary>
    public string? Prompt { get; init; }

    /// <summary>What is wrong with its definition; a type with faults cannot be launched.</summary>
    public IReadOnlyList<TypeFaultView> Faults { get; init => field = value ?? []; } = [];
}

/// <summary>A section of a type's result.</summary>
/// <param name="Name">The heading.</param>
/// <param name="Key">The key in a JSON result.</param>
/// <param name="Hint">Its form; absent where any will do.</param>
/// <param name="Role"><c>detail</c>, <c>summary</c>, <c>findings</c>, <c>recommendations</c>, <c>sources</c>.</param>
public sealed record TypeSection(string Name, string Key, string? Hint, string Role);

/// <summary>What a result of a type must be, beside having its sections.</summary>
/// <param name="MinWords">Words outside of headings; 0 asks for none.</param>
/// <param name="NeedsSources">It must name its sources.</param>
public sealed record TypeContract(int MinWords, bool NeedsSources);

/// <summary>What is wrong with a type's definition.</summary>
/// <param name="Path">Of the file.</param>
/// <param name="Line">From 1.</param>
/// <param name="Message">One sentence.</param>
public sealed record TypeFaultView(string Path, int Line, string Message);

/// <summary>All task types for a directory.</summary>
/// <param name="Types">The built-in ones as the seed has them, then the others.</param>
public sealed record TypeList(IReadOnlyList<TypeView> Types);

/// <summary>Asks for the faults of type definitions.</summary>
/// <param name="Cwd">Absolute path of the directory whose types count.</param>
/// <param name="Files">Absolute paths of the definitions to look at; empty for all that are not built in.</param>
public sealed record TypeCheckRequest(string Cwd, IReadOnlyList<string> Files)
{
    /// <summary>Absolute paths of the definitions to look at; empty for all that are not built in.</summary>
    public IReadOnlyList<string> Files { get; init; } = Files ?? [];
}

/// <summary>What was looked at, and what was found.</summary>
/// <param name="Checked">Names of the types.</param>
/// <param name="Faults">By file and line.</param>
public sealed record TypeCheck(IReadOnlyList<string> Checked, IReadOnlyList<TypeFaultView> Faults);

/// <summary>The beginning of a type's definition.</summary>
/// <param name="Path">Absolute path of the file where it belongs.</param>
/// <param name="Text">A definition that holds, with what can be changed in comments.</param>
public sealed record TypeDraftView(string Path, string Text);
