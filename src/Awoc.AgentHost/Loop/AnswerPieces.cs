using System.Text;
using Anthropic.Models.Messages;
using Awoc.AgentHost.Protocol;

namespace Awoc.AgentHost.Loop;

/// <summary>
/// Tells of an answer while it comes: what has been said when the process is killed or a limit cuts the answer is not lost
/// then, a report half-way through a <c>Write</c> least of all. Small pieces are told together.
/// </summary>
internal sealed class AnswerPieces(EventWriter events, TimeProvider time)
{
    private const int Together = 512;
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, StringBuilder> _inputs = new(StringComparer.Ordinal);
    private readonly StringBuilder _waiting = new();
    private string _kind = "text";
    private long _block;
    private long _toldAt = time.GetTimestamp();
    private StringBuilder? _input;

    /// <summary>The arguments of a call as far as they came, as the model wrote them; null for an unknown call.</summary>
    public string? InputOf(string call) => _inputs.TryGetValue(call, out var input) ? input.ToString() : null;

    public void Take(object? wire)
    {
        if (wire is not RawMessageStreamEvent e) return;
        if (e.TryPickContentBlockStart(out var start))
        {
            Flush();
            _input = null;
            var tool = "";
            if (start.ContentBlock.TryPickToolUse(out var use))
            {
                tool = use.Name;
                _inputs[use.ID] = _input = new StringBuilder();
            }

            events.Piece("begin", start.Index, tool);
        }
        else if (e.TryPickContentBlockDelta(out var delta))
        {
            if (delta.Delta.TryPickText(out var text)) Add("text", delta.Index, text.Text);
            else if (delta.Delta.TryPickThinking(out var thinking)) Add("thinking", delta.Index, thinking.Thinking);
            else if (delta.Delta.TryPickInputJson(out var input))
            {
                _input?.Append(input.PartialJson);
                Add("input", delta.Index, input.PartialJson);
            }
        }
    }

    /// <summary>Tells what waits.</summary>
    public void Flush()
    {
        _toldAt = time.GetTimestamp();
        if (_waiting.Length == 0) return;
        events.Piece(_kind, _block, _waiting.ToString());
        _waiting.Clear();
    }

    private void Add(string kind, long block, string value)
    {
        if (block != _block || kind != _kind) Flush();
        (_kind, _block) = (kind, block);
        _waiting.Append(value);
        if (_waiting.Length >= Together || time.GetElapsedTime(_toldAt) >= s_longest) Flush();
    }
}
