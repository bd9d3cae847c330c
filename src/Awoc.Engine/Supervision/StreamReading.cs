using Awoc.Core.Agents;

namespace Awoc.Engine.Supervision;

/// <summary>From bytes in the agent's log to the story and the text a person reads.</summary>
/// <param name="heard">Told of each event, with when its line arrived.</param>
public sealed class StreamReading(AgentLog log, ExecutionLog text, IAgentStream stream, AttemptStory story, AgentConversation conversation, Action<AgentEvent, DateTimeOffset>? heard = null)
{
    public long Offset => log.Offset;

    /// <param name="length">How long the log is known to be.</param>
    /// <param name="last">No more will come: a line that is cut off counts as it is.</param>
    public void ReadTo(long length, bool last = false)
    {
        foreach (var line in log.ReadTo(length, last))
        {
            foreach (var e in stream.Read(line.Bytes))
            {
                conversation.Hear(e, line.At);
                story.Add(e, conversation.InReport);
                text.Write(line, e);
                heard?.Invoke(e, line.At);
            }

            if (text.IsLong) Flush(last);
        }

        Flush(last);
    }

    private void Flush(bool last)
    {
        try
        {
            text.Flush();
        }
        catch (IOException) when (!last)
        {
            // No room for what people read must not keep the agent's end from being seen: the next write brings it along.
        }
    }
}
