using System.Text;
using Anthropic.Models.Messages;
using Awoc.AgentHost.Protocol;

namespace Awoc.AgentHost.Loop;

/// <summary>
/// Tells of an answer while it comes, so that what a kill or a limit cuts is not lost. Pieces are joined: a line for each
/// of the API's would make the log several times as long as the answer.
/// </summary>
internal sealed class PieceFeed(EventWriter events, TimeProvider time)
{
    private const int Enough = 200;
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(100);

    private readonly StringBuilder _pending = new();
    private string _kind = "";
    private long _block;
    private long _told = time.GetTimestamp();

    public void Take(object? raw)
    {
        switch ((raw as RawMessageStreamEvent)?.Value)
        {
            case RawContentBlockStartEvent start:
                Flush();
                events.Piece("begin", start.Index, start.ContentBlock.Value is ToolUseBlock tool ? tool.Name : "");
                break;
            case RawContentBlockDeltaEvent { Delta.Value: TextDelta text } delta:
                Add("text", delta.Index, text.Text);
                break;
            case RawContentBlockDeltaEvent { Delta.Value: InputJsonDelta input } delta:
                Add("input", delta.Index, input.PartialJson);
                break;
            case RawContentBlockStopEvent:
                // The call or text that follows has it whole, but for a call that a limit cut.
                Flush();
                break;
        }
    }

    public void Flush()
    {
        if (_pending.Length == 0) return;
        events.Piece(_kind, _block, _pending.ToString());
        _pending.Clear();
        _told = time.GetTimestamp();
    }

    private void Add(string kind, long block, string value)
    {
        if (kind != _kind || block != _block) Flush();
        (_kind, _block) = (kind, block);
        _pending.Append(value);
        if (_pending.Length >= Enough || time.GetElapsedTime(_told) >= s_longest) Flush();
    }
}
