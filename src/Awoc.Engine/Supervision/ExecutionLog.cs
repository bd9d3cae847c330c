using System.Globalization;
using System.Text;
using Awoc.Core.Agents;

namespace Awoc.Engine.Supervision;

/// <summary>
/// <c>execution.log</c>, what a person reads: a function of the agent's stream and its arrival times alone. A daemon that
/// adopts the attempt makes the same text again and writes on where the file ends, so no line is lost or doubled.
/// </summary>
public sealed class ExecutionLog(string path, bool structured) : IDisposable
{
    private const int LongestToolText = 300;

    private readonly StringBuilder _pending = new();
    private FileStream? _file;
    private long _skip = -1;

    public void Write(DateTimeOffset at, AgentEvent e, string rawLine)
    {
        var text = structured ? Render(e) : rawLine;
        if (text is null) return;
        if (!structured)
        {
            _pending.Append(text).Append('\n');
            return;
        }

        var stamp = at.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        foreach (var line in text.AsSpan().Trim().EnumerateLines()) _pending.Append(stamp).Append(' ').Append(line).Append('\n');
    }

    public void Flush()
    {
        if (_pending.Length == 0) return;
        var bytes = Encoding.UTF8.GetBytes(_pending.ToString());
        _pending.Clear();
        if (_file is null)
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
            _skip = _file.Length;
            _file.Position = _file.Length;
        }

        var known = (int)Math.Min(_skip, bytes.Length);
        _skip -= known;
        _file.Write(bytes, known, bytes.Length - known);
        _file.Flush();
    }

    public void Dispose()
    {
        Flush();
        _file?.Dispose();
    }

    private static string? Render(AgentEvent e) => e switch
    {
        AgentEvent.Session s => $"session {s.Id}{(s.Model is null ? "" : $" with {s.Model}")}",
        AgentEvent.Text t => t.SubAgent ? $"  | {t.Value}" : t.Value,
        AgentEvent.ToolCall c => $"{(c.SubAgent ? "  | " : "")}> {c.Name} {Short(c.Input)}",
        AgentEvent.ToolResult r => $"{(r.SubAgent ? "  | " : "")}{(r.IsError ? "! " : "< ")}{Short(r.Value)}",
        AgentEvent.Retry r => string.Create(
            CultureInfo.InvariantCulture, $"~ the model API answered {r.Status?.ToString(CultureInfo.InvariantCulture) ?? "nothing"} ({r.Error}); try {r.Attempt} of {r.Max} in {r.Delay.TotalSeconds:0.#} s"),
        AgentEvent.Limit l => $"~ usage window {l.Kind}: {l.Status}",
        AgentEvent.Question q => $"? {q.Tool}: {Short(q.Value)}",
        AgentEvent.ApiError a => $"! {a.Class}: {Short(a.Message)}",
        AgentEvent.End end => end.IsError ? $"ended: {end.Kind}, {Short(end.Answer)}" : $"ended: {end.Kind}",
        _ => null,
    };

    private static string Short(string text)
    {
        var flat = text.ReplaceLineEndings(" ").Trim();
        return flat.Length <= LongestToolText ? flat : $"{flat.AsSpan(0, LongestToolText)}…";
    }
}
