using System.Globalization;
using System.Text;
using Awoc.Core.Agents;
using Microsoft.Win32.SafeHandles;

namespace Awoc.Engine.Supervision;

/// <summary>
/// <c>execution.log</c>, what a person reads: a function of the agent's stream and its arrival times alone. A daemon that
/// adopts the attempt makes the same text again and writes on where the file ends, so no line is lost or doubled.
/// </summary>
public sealed class ExecutionLog(string path, bool structured) : IDisposable
{
    private const int LongestToolText = 300;

    /// <summary>In characters.</summary>
    private const int LongestPending = 256 * 1024;

    private readonly StringBuilder _pending = new();
    private SafeFileHandle? _file;

    /// <summary>How long the file was when it was opened: an earlier daemon wrote that much of the same text.</summary>
    private long _known;

    /// <summary>Where in the file the pending text begins.</summary>
    private long _at;

    /// <summary>So much waits to be written that it is not to grow: a command may have printed gigabytes before a daemon comes to read them.</summary>
    public bool IsLong => _pending.Length > LongestPending;

    public void Write(LogLine line, AgentEvent e)
    {
        if (!structured)
        {
            _pending.Append(line.Text).Append('\n');
            return;
        }

        if (Render(e) is not { } text) return;
        var stamp = line.At.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        foreach (var said in text.AsSpan().Trim().EnumerateLines()) _pending.Append(stamp).Append(' ').Append(said).Append('\n');
    }

    /// <summary>Writes what has come. What cannot be written (a full disk) is kept, and written by a later call.</summary>
    /// <exception cref="IOException">There is no room.</exception>
    public void Flush()
    {
        if (_pending.Length == 0) return;
        var bytes = Encoding.UTF8.GetBytes(_pending.ToString());
        if (_file is null)
        {
            _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            _known = RandomAccess.GetLength(_file);
        }

        var skip = (int)Math.Clamp(_known - _at, 0, bytes.Length);
        // At a position of its own: a write that was cut short is done again from its beginning, over itself.
        RandomAccess.Write(_file, bytes.AsSpan(skip), _at + skip);
        _at += bytes.Length;
        _pending.Clear();
    }

    public void Dispose() => _file?.Dispose();

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
