using Awoc.Core.Agents;

namespace Awoc.Engine.Endings;

/// <summary>What happened on the way that an agent's own end event leaves out: a fold over the stream's events.</summary>
public sealed class EndFacts
{
    /// <summary>The tool whose call a limit cut. A later call that went through has made it good.</summary>
    public string? CutCall { get; private set; }

    /// <summary>What the last sub-agent failed with; a later one that did its work has made it good.</summary>
    public string? SubAgentError { get; private set; }

    public AgentEvent.Limit? Limit { get; private set; }

    public void Add(AgentEvent e)
    {
        switch (e)
        {
            case AgentEvent.ToolCall { Cut: true, SubAgent: false } cut:
                CutCall = cut.Name;
                break;
            case AgentEvent.ToolResult { SubAgent: false, IsError: false }:
                CutCall = null;
                break;
            case AgentEvent.SubAgentEnd ended:
                SubAgentError = ended.Error;
                break;
            case AgentEvent.Limit limit:
                Limit = limit;
                break;
        }
    }
}
