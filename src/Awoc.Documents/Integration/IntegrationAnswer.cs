using Awoc.Core.Integration;

namespace Awoc.Documents.Integration;

/// <summary>What an integration would make of its target.</summary>
public abstract record IntegrationAnswer
{
    private IntegrationAnswer()
    {
    }

    /// <param name="Content">The target's bytes after it; the very bytes from before when nothing changes.</param>
    /// <param name="Changed">False when the target holds the result already.</param>
    /// <param name="Conflicts">What was left as the target has it, for a person to decide.</param>
    /// <param name="Quality">All but the contract's findings and the links, which need the disk.</param>
    /// <param name="Added">The lines that were added, for the check of their links; empty for JSON.</param>
    public sealed record Planned(
        byte[] Content, bool Changed, IReadOnlyList<IntegrationConflict> Conflicts, IntegrationQuality Quality, IReadOnlyList<string> Added)
        : IntegrationAnswer;

    public sealed record Refused(DocumentFault Fault) : IntegrationAnswer;
}

/// <summary>A place where target and result say different things.</summary>
/// <param name="Where">A heading, a JSON pointer, a front-matter key.</param>
/// <param name="Target">What stands there, and stays.</param>
/// <param name="Result">What the result says instead.</param>
public sealed record IntegrationConflict(string Where, int? Line, string Target, string Result);
