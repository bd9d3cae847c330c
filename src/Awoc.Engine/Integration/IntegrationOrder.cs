using Awoc.Core.Agents;
using Awoc.Core.Integration;
using Awoc.Core.Tasks;
using Awoc.Documents.Integration;

namespace Awoc.Engine.Integration;

/// <summary>What somebody wants done with a result.</summary>
public sealed record IntegrationOrder
{
    /// <summary>For the record: <c>the user</c>, <c>awoc run --integrate</c>.</summary>
    public required string By { get; init; }

    public IntegrationMode Mode { get; init; }

    /// <summary>The target, relative to <see cref="Cwd"/>; null is the task's OUTPUT if it existed before the task, else no target.</summary>
    public string? Into { get; init; }

    /// <summary>The caller's directory, absolute.</summary>
    public required string Cwd { get; init; }

    /// <summary>Shows what would be done, and does nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>A result that broke its contract may be brought in.</summary>
    public bool Force { get; init; }

    /// <summary>The target may lie outside the task's directory, and links may lead there.</summary>
    public bool AllowOutside { get; init; }

    /// <summary>The longest summary, in words.</summary>
    public int MaxWords { get; init; } = 300;

    public bool Marks { get; init; } = true;

    /// <summary>What target and result both come from, for a three-way merge; relative to <see cref="Cwd"/>.</summary>
    public string? Base { get; init; }

    /// <summary>Where there is no target: about how many tokens of the result are given at most.</summary>
    public int MaxTokens { get; init; } = 4000;
}

/// <summary>What came of it.</summary>
public sealed record IntegrationReport
{
    public required AgentTask Task { get; init; }
    public required IntegrationMode Mode { get; init; }

    /// <summary>Why this mode, in one sentence.</summary>
    public required string Why { get; init; }

    /// <summary>Absolute path, links followed; null for no target.</summary>
    public string? Target { get; init; }

    /// <summary>The target holds something that it did not before (or would: <see cref="IntegrationOrder.DryRun"/>).</summary>
    public bool Changed { get; init; }

    /// <summary>Unified; empty where nothing changes.</summary>
    public string Diff { get; init; } = "";

    public IReadOnlyList<IntegrationConflict> Conflicts { get; init; } = [];

    /// <summary>Links of what was added that lead nowhere from the target.</summary>
    public IReadOnlyList<string> Dangling { get; init; } = [];

    public IntegrationQuality Quality { get; init; } = new();

    /// <summary>By which it is undone; null where nothing was written.</summary>
    public int? Number { get; init; }

    /// <summary>What there is to read where there is no target.</summary>
    public string? Content { get; init; }

    /// <summary><see cref="Content"/> is all of the result.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Sentences for a person: that the result is partial, what was left out.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}

public abstract record IntegrationEnd
{
    private IntegrationEnd()
    {
    }

    public sealed record Done(IntegrationReport Report) : IntegrationEnd;

    /// <summary>It cannot be, as things stand: nothing was written.</summary>
    public sealed record Refused(string Why) : IntegrationEnd;
}
