using System.Collections.Immutable;

namespace Awoc.Core.Agents;

/// <summary>What an agent works with.</summary>
public static class AgentTools
{
    /// <summary>The tools an agent is given unless it is configured otherwise, by Claude Code's names.</summary>
    public static ImmutableArray<string> Default { get; } = ["Read", "Write", "Edit", "Bash", "WebFetch", "Grep", "Glob"];
}
