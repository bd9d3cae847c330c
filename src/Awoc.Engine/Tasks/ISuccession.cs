using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Tasks;

/// <summary>Says what follows a task as it ends. What follows is stored with the end, or not at all.</summary>
public interface ISuccession
{
    /// <summary>The launch of the next task; null for none.</summary>
    Decision.Accepted? NextOf(AgentTask before, AgentTask ended);

    /// <summary>The end was stored, and the next task with it.</summary>
    void Stored(AgentTask ended, AgentTask next);
}
