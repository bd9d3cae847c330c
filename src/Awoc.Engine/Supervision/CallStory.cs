using Awoc.Core.Agents;

namespace Awoc.Engine.Supervision;

/// <summary>The tool calls of an attempt, what became of them and which files they wrote.</summary>
internal sealed class CallStory
{
    /// <summary>Calls whose arguments are kept because they have no good result (yet).</summary>
    private const int MostOpen = 64;

    private const int LongestInput = 4 * 1024 * 1024;
    private const int MostFiles = 500;
    private const int MostResults = 5;
    private const int LongestResult = 2_000;
    private const int MostCommands = 200;
    private const int LongestCommand = 16 * 1024;

    private readonly List<AgentCall> _open = [];
    private readonly List<string> _files = [];
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly Queue<CallResult> _results = new();
    private readonly Queue<string> _commands = new();

    public int Count { get; private set; }
    public int Failures { get; private set; }
    public AgentCall? LastCut { get; private set; }
    public IReadOnlyList<AgentCall> Open => _open;
    public IReadOnlyList<string> FilesWritten => _files;
    public IReadOnlyList<CallResult> LastResults => [.. _results];

    public static AgentCall Of(string id, string name, string input, CallState state)
    {
        var kept = input.Length <= LongestInput ? input : input[..LongestInput];
        var path = (PartialJson.Member(kept, "file_path") ?? PartialJson.Member(kept, "notebook_path")) is { IsWhole: true, Value: { Length: > 0 } named } ? named : null;
        return new AgentCall(id, name, kept, path, state);
    }

    public bool Wrote(string path) =>
        _written.Contains(path) || (Path.GetFileName(path) is { Length: > 0 } name && _commands.Any(command => command.Contains(name, StringComparison.Ordinal)));

    public void Add(AgentEvent.ToolCall call)
    {
        if (!call.SubAgent) Count++;
        var made = Of(call.Id, call.Name, call.Input, call.Cut ? CallState.Cut : CallState.Pending);
        if (!call.SubAgent) LastCut = call.Cut ? made : null;
        if (_open.Count >= MostOpen) _open.RemoveAt(0);
        _open.Add(made);
    }

    public void Add(AgentEvent.ToolResult result)
    {
        var at = _open.FindLastIndex(call => call.Id == result.Id);
        var call = at < 0 ? null : _open[at];
        if (!result.SubAgent) Tell(result, call?.Name ?? "");
        if (call is null) return;
        if (result.IsError)
        {
            // A write that failed holds a text that stands nowhere else.
            if (call.Name == "Write") _open[at] = call with { State = call.State == CallState.Cut ? CallState.Cut : CallState.Failed };
            else _open.RemoveAt(at);
            return;
        }

        _open.RemoveAt(at);
        if (call.IsWrite && call.Path is { } path) Written(path);
        else if (call.Name == "Bash") Ran(call.Input);
    }

    private void Tell(AgentEvent.ToolResult result, string tool)
    {
        if (result.IsError) Failures++;
        if (_results.Count == MostResults) _results.Dequeue();
        _results.Enqueue(new CallResult(tool, result.IsError, result.Value.Length <= LongestResult ? result.Value : $"{result.Value.AsSpan(0, LongestResult)}…"));
    }

    private void Ran(string input)
    {
        if (_commands.Count == MostCommands) _commands.Dequeue();
        _commands.Enqueue(input.Length <= LongestCommand ? input : input[..LongestCommand]);
    }

    private void Written(string path)
    {
        _open.RemoveAll(call => call.Path == path && call.State is (CallState.Cut or CallState.Failed));
        if (_files.Count >= MostFiles || !_written.Add(path)) return;
        _files.Add(path);
    }
}
