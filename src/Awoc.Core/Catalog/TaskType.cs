using System.Collections.Immutable;

namespace Awoc.Core.Catalog;

/// <summary>The four families of the seed, and what fits in none of them.</summary>
public enum TaskFamily
{
    Research,
    Analysis,
    Testing,
    Documentation,
    Custom,
}

/// <summary>A kind of task a user can launch by name.</summary>
/// <param name="Name">As it is written on the command line.</param>
/// <param name="Focus">One sentence: what this type is about within its family.</param>
/// <param name="Method">How the family works and what its output is made of.</param>
public sealed record TaskType(string Name, TaskFamily Family, string Focus, TaskMethod Method);

/// <summary>How a family of tasks is done.</summary>
/// <param name="Title">The heading of the steps, such as <c>Research Methodology</c>.</param>
/// <param name="Steps">In order.</param>
/// <param name="Sections">What the output contains, in order; empty where the task itself says so.</param>
public sealed record TaskMethod(string Title, ImmutableArray<string> Steps, ImmutableArray<OutputSection> Sections);

/// <param name="Name">The heading in a document.</param>
/// <param name="Hint">Its form, such as <c>2-3 sentences</c>; null where any will do.</param>
public sealed record OutputSection(string Name, string? Hint = null)
{
    /// <summary>The name as a key of a JSON output: <c>Executive Summary</c> is <c>executive_summary</c>.</summary>
    public string Key { get; } = string.Join(
        '_', Name.ToLowerInvariant().Split([' ', '-', '/'], StringSplitOptions.RemoveEmptyEntries));
}
