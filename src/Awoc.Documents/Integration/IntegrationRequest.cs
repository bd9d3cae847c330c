using Awoc.Core.Catalog;
using Awoc.Core.Integration;
using Awoc.Core.Tasks;

namespace Awoc.Documents.Integration;

/// <summary>All that an integration is made from: it reads no file and no clock.</summary>
public sealed record IntegrationRequest
{
    /// <summary>Never <see cref="IntegrationMode.Auto"/>.</summary>
    public required IntegrationMode Mode { get; init; }

    /// <summary>The target's path as the user knows it: its extension says its format, faults name it.</summary>
    public required string TargetName { get; init; }

    /// <summary>The target's bytes; null when there is no such file yet.</summary>
    public required byte[]? Target { get; init; }

    public required string ResultName { get; init; }
    public required byte[] Result { get; init; }
    public required ResultOrigin Origin { get; init; }

    /// <summary>The sections of the result's type, with their roles.</summary>
    public required TaskMethod Method { get; init; }

    /// <summary>The longest summary, in words.</summary>
    public int MaxWords { get; init; } = 300;

    /// <summary>What is added is marked with the task it came from, where the format has room for an invisible mark.</summary>
    public bool Marks { get; init; } = true;
}

/// <summary>Where a result comes from.</summary>
/// <param name="Title">For a heading or a link: the description's first line, or the type.</param>
/// <param name="Link">The way from the target's directory to the result's file, as a Markdown link has it.</param>
/// <param name="Summary">The agent's own closing words, if there are any.</param>
public sealed record ResultOrigin(TaskId Task, string Type, string Title, TaskOutcome Outcome, DateTimeOffset EndedAt, string Link, string? Summary);
