using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Engine.Endings;

namespace Awoc.Engine.Supervision;

/// <summary>
/// What an attempt's stream has said so far: a fold over its events, the same whether read live or at adoption. A run may
/// last for hours, so all that is kept is bounded.
/// </summary>
public sealed class AttemptStory
{
    private const int MostReportTexts = 16;
    private const int LongestText = 8 * 1024 * 1024;

    private readonly StringBuilder _final = new();
    private readonly StringBuilder _all = new();
    private readonly StringBuilder _report = new();
    private readonly List<string> _reportTexts = [];
    private readonly CallStory _calls = new();
    private readonly OpenBlocks _open = new();
    private readonly Dictionary<string, AgentEvent.Limit> _limits = new(StringComparer.Ordinal);
    private bool _turnOver = true;

    public string? Session { get; private set; }

    /// <summary>The last end event: a run with a background sub-agent has several, and the last one wins.</summary>
    public AgentEvent.End? End { get; private set; }

    public string? ErrorClass { get; private set; }
    public Usage? Usage { get; private set; }
    public EndFacts Facts { get; } = new();

    /// <summary>The agent's own wait for the model API that came last.</summary>
    public AgentEvent.Retry? LastRetry { get; private set; }

    /// <summary>What was last said of each of the account's usage windows, by its kind.</summary>
    public IReadOnlyDictionary<string, AgentEvent.Limit> Limits => _limits;

    /// <summary>The agent's list of what it has to do, as it last was; empty when it made none.</summary>
    public IReadOnlyList<TodoItem> Todos { get; private set; } = [];

    /// <summary>When the account's window opens, where the agent was told with a refusal.</summary>
    public DateTimeOffset? LimitResetsAt { get; private set; }

    /// <summary>What the main thread said after its last tool result.</summary>
    public string FinalText => _final.ToString();

    /// <summary>Everything the main thread said: the partial result where there is nothing better.</summary>
    public string AllText => _all.ToString();

    /// <summary>What the main thread said in the report turn; empty where there was none.</summary>
    public string ReportText => _report.ToString();

    /// <summary>The same, message by message: an agent may ask its model once more in that turn, for a structured output.</summary>
    public IReadOnlyList<string> ReportTexts => _reportTexts;

    /// <summary>Text of an answer that was still coming when the stream stopped; empty when all came whole.</summary>
    public string UnfinishedText => _open.Text;

    /// <summary>Answers of the model on the main thread, the unfinished one among them.</summary>
    public int Turns { get; private set; }

    /// <summary>Tool calls of the main thread that came whole.</summary>
    public int ToolCalls => _calls.Count;

    public int FailedCalls => _calls.Failures;

    /// <summary>Files that calls with a good result wrote, in the order of their first writing, sub-agents' among them.</summary>
    public IReadOnlyList<string> FilesWritten => _calls.FilesWritten;

    /// <summary>The last results of tools, oldest first.</summary>
    public IReadOnlyList<CallResult> LastResults => _calls.LastResults;

    /// <summary>Calls without a good result that could matter: cut, unfinished, pending, or failed writes; oldest first.</summary>
    public IReadOnlyList<AgentCall> OpenCalls => [.. _calls.Open, .. _open.Calls];

    /// <summary>The last call that a limit cut or that the stream's end left unfinished; null once a later call was made.</summary>
    public AgentCall? CutToolCall => _open.Calls is [.., var unfinished] ? unfinished : _calls.LastCut;

    /// <summary>
    /// A tool call of the agent wrote this file, and its result says so; or a command in a shell that names the file had a
    /// good result.
    /// </summary>
    public bool Wrote(string path) => _calls.Wrote(path);

    /// <summary>The last writing of one of these files, when it did not come to be; null when there was none, or when it succeeded.</summary>
    public AgentCall? UnwrittenTo(params ReadOnlySpan<string> paths)
    {
        AgentCall? last = null;
        foreach (var call in OpenCalls)
        {
            if (call is { Name: "Write", Path: { } path } && paths.Contains(path)) last = call;
        }

        return last;
    }

    /// <param name="inReport">Said in the report turn.</param>
    public void Add(AgentEvent e, bool inReport = false)
    {
        Facts.Add(e);
        switch (e)
        {
            case AgentEvent.Session s:
                Session = s.Id;
                break;
            case AgentEvent.Piece p:
                BeginTurn();
                _open.Add(p);
                break;
            case AgentEvent.Text { SubAgent: false } t:
                BeginTurn();
                _open.CloseText();
                Append(_final, t.Value);
                Append(_all, t.Value);
                if (inReport)
                {
                    Append(_report, t.Value);
                    if (_reportTexts.Count < MostReportTexts) _reportTexts.Add(t.Value);
                }

                break;
            case AgentEvent.Thinking:
                break;
            case AgentEvent.ToolCall c:
                if (!c.SubAgent)
                {
                    BeginTurn();
                    // An agent that could not read a cut call's arguments gives none: the pieces have them.
                    if (_open.CloseCall(c.Name) is { Length: > 2 } pieces && c.Input is ("{}" or "")) c = c with { Input = pieces, Cut = true };
                    _final.Clear();
                }

                _calls.Add(c);
                break;
            case AgentEvent.ToolResult r:
                if (!r.SubAgent)
                {
                    _turnOver = true;
                    _final.Clear();
                }

                _calls.Add(r);
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
            case AgentEvent.Retry r:
                LastRetry = r;
                break;
            case AgentEvent.Limit l when _limits.Count < 16 || _limits.ContainsKey(l.Kind ?? ""):
                _limits[l.Kind ?? ""] = l;
                break;
            case AgentEvent.TodoList l:
                Todos = l.Items;
                break;
            case AgentEvent.End end:
                End = end;
                Usage = end.Usage ?? Usage;
                _turnOver = true;
                break;
        }
    }

    /// <summary>A turn begins with the first thing the model says after a tool's result, or after the end of the last one.</summary>
    private void BeginTurn()
    {
        if (!_turnOver) return;
        _turnOver = false;
        Turns++;
    }

    private static void Append(StringBuilder to, string text)
    {
        if (to.Length + text.Length > LongestText) return;
        if (to.Length > 0) to.Append('\n');
        to.Append(text);
    }
}
