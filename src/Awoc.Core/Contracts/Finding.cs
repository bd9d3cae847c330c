namespace Awoc.Core.Contracts;

/// <summary>How much a finding weighs.</summary>
public enum FindingSeverity
{
    /// <summary>Worth a look; the contract holds all the same.</summary>
    Warning,

    /// <summary>The contract does not hold.</summary>
    Error,
}

/// <summary>One thing that a check of a result found.</summary>
/// <param name="Rule">The rule's name, such as <c>missing_section</c>: a closed vocabulary, in <c>docs/contracts.md</c>.</param>
/// <param name="Message">One sentence for a person and for the agent that is to mend it.</param>
/// <param name="Line">Of the result, from 1; null where it is about the whole.</param>
public sealed record Finding(string Rule, string Message, int? Line, FindingSeverity Severity);
