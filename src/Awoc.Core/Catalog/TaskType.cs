using System.Collections.Immutable;
using Awoc.Core.Contracts;
using Awoc.Core.Integration;

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
public sealed record TaskType(string Name, TaskFamily Family, string Focus, TaskMethod Method)
{
    /// <summary>The type whose description says it all.</summary>
    public const string CustomName = "custom";

    public ContractRules Contract { get; init => field = value ?? ContractRules.None; } = ContractRules.None;

    /// <summary>How a result of this type is brought into a target unless the user says otherwise.</summary>
    public IntegrationMode Integration { get; init; }

    /// <summary>Further words to the agent, a Mustache template; empty where the method says it all.</summary>
    public string Guidance { get; init => field = value ?? ""; } = "";
}

/// <summary>How a family of tasks is done.</summary>
/// <param name="Title">The heading of the steps, such as <c>Research Methodology</c>.</param>
/// <param name="Steps">In order, each on one line of Markdown.</param>
/// <param name="Sections">What the output contains, in order; empty where the task itself says so.</param>
public sealed record TaskMethod(string Title, ImmutableArray<string> Steps, ImmutableArray<OutputSection> Sections);

/// <summary>What a section is to the reader who has time for the key points only.</summary>
public enum SectionRole
{
    Detail,
    Summary,
    Findings,
    Recommendations,
    Sources,
}

/// <param name="Name">The heading in a document.</param>
/// <param name="Hint">Its form, such as <c>2-3 sentences</c>; null where any will do.</param>
public sealed record OutputSection(string Name, string? Hint = null)
{
    public SectionRole Role { get; init; }

    /// <summary>The name as a key of a JSON output: <c>Executive Summary</c> is <c>executive_summary</c>.</summary>
    public string Key { get; } = string.Join(
        '_', Name.ToLowerInvariant().Split([' ', '-', '/'], StringSplitOptions.RemoveEmptyEntries));
}
