using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;

namespace Awoc.Engine.Supervision;

/// <summary>What an attempt's stream has said so far: a fold over its events, the same whether read live or at adoption.</summary>
public sealed class AttemptStory
{
    private const int LongestText = 8 * 1024 * 1024;

    private readonly StringBuilder _final = new();
    private readonly StringBuilder _all = new();

    public string? Session { get; private set; }

    /// <summary>The last end event: a run with a background sub-agent has several, and the last one wins.</summary>
    public AgentEvent.End? End { get; private set; }

    public string? ErrorClass { get; private set; }
    public Usage? Usage { get; private set; }
    public AgentEvent.Question? Question { get; private set; }

    /// <summary>When the account's window opens, where the agent was told with a refusal.</summary>
    public DateTimeOffset? LimitResetsAt { get; private set; }

    /// <summary>What the main thread said after its last tool result.</summary>
    public string FinalText => _final.ToString();

    /// <summary>Everything the main thread said: the partial result where there is nothing better.</summary>
    public string AllText => _all.ToString();

    public void Add(AgentEvent e)
    {
        switch (e)
        {
            case AgentEvent.Session s:
                Session = s.Id;
                break;
            case AgentEvent.Text { SubAgent: false } t:
                Append(_final, t.Value);
                Append(_all, t.Value);
                break;
            case AgentEvent.ToolCall { SubAgent: false } or AgentEvent.ToolResult { SubAgent: false }:
                _final.Clear();
                break;
            case AgentEvent.ApiError a:
                ErrorClass = a.Class;
                break;
            case AgentEvent.UsageReport u:
                Usage = u.Usage;
                break;
            case AgentEvent.Limit { Status: "rejected" } limit:
                LimitResetsAt = limit.ResetsAt ?? LimitResetsAt;
                break;
            case AgentEvent.Question q:
                Question = q;
                break;
            case AgentEvent.End end:
                End = end;
                Usage = end.Usage ?? Usage;
                break;
        }
    }

    private static void Append(StringBuilder to, string text)
    {
        if (to.Length + text.Length > LongestText) return;
        if (to.Length > 0) to.Append('\n');
        to.Append(text);
    }
}
