using Awoc.Core.Agents;

namespace Awoc.Core.Catalog;

/// <summary>What the first argument of a launch was read as.</summary>
public abstract record TaskRequest
{
    private TaskRequest()
    {
    }

    /// <param name="Description">The user's words, trimmed; empty when the type says it all.</param>
    public sealed record Valid(TaskType Type, string Description) : TaskRequest;

    public sealed record Invalid(SpecFault Fault) : TaskRequest;
}
