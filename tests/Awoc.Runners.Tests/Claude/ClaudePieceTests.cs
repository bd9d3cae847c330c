using System.Text;
using Awoc.Core.Agents;
using Awoc.Runners.Claude;

namespace Awoc.Runners.Tests.Claude;

/// <summary>Whole runs of Claude Code 2.1.197 with partial messages, captured against the rehearsal server.</summary>
public sealed class ClaudePieceTests
{
    private const string Start = """{"type":"stream_event","event":{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}},"session_id":"s","parent_tool_use_id":null}""";

    [Fact]
    public void Read_CutWrite_GivesItsPiecesAndTheCallAsCut()
    {
        var events = Captured("cut-write");
        var pieces = string.Concat(events.OfType<AgentEvent.Piece>().Where(p => p.Kind == PieceKind.Input).Select(p => p.Value));
        var call = Assert.Single(events.OfType<AgentEvent.ToolCall>());
        Assert.Equal(("Write", true, pieces), (call.Name, call.Cut, call.Input));
        Assert.Equal("# Title\n\nA \"quoted\" text with ü and 😀 in it, which is long enough to come in several deltas, ", PartialJson.Member(call.Input, "content")?.Value);
        Assert.True(Assert.Single(events.OfType<AgentEvent.ToolResult>()).IsError);
        Assert.False(Assert.Single(events.OfType<AgentEvent.End>()).IsError);
    }

    [Fact]
    public void Read_WholeRun_PiecesAddUpToWhatComesWhole()
    {
        var events = Captured("tasks");
        Assert.Empty(events.OfType<AgentEvent.Unknown>());
        var text = string.Concat(events.OfType<AgentEvent.Piece>().Where(p => p.Kind == PieceKind.Text).Select(p => p.Value));
        Assert.Equal(string.Concat(events.OfType<AgentEvent.Text>().Select(t => t.Value)), text);
        var begun = events.OfType<AgentEvent.Piece>().Where(p => p is { Kind: PieceKind.Begin, Value.Length: > 0 }).Select(p => p.Value);
        Assert.Equal(events.OfType<AgentEvent.ToolCall>().Select(c => c.Name), begun);
    }

    [Fact]
    public void Read_TasksCreatedAndUpdated_GiveTheListEachTime()
    {
        // The run's TodoWrite is refused there, and counts for nothing.
        Assert.Equal(
            ["Read the code=pending", "Read the code=pending Write the report=pending", "Read the code=completed Write the report=pending"],
            Captured("tasks").OfType<AgentEvent.TodoList>().Select(Words));
    }

    [Fact]
    public void Read_TodoWrite_GivesTheList() =>
        Assert.Equal("First thing=completed Second=in_progress", Words(Assert.Single(Captured("todowrite").OfType<AgentEvent.TodoList>())));

    [Fact]
    public void Read_SubAgentsPieces_AreLeftOut()
    {
        var stream = new ClaudeRunner().OpenStream();
        Assert.Single(stream.Read(Encoding.UTF8.GetBytes(Start)));
        Assert.Empty(stream.Read(Encoding.UTF8.GetBytes(Start.Replace("null", "\"toolu_1\"", StringComparison.Ordinal))));
    }

    private static string Words(AgentEvent.TodoList list) => string.Join(' ', list.Items.Select(item => $"{item.Text}={item.Status}"));

    private static List<AgentEvent> Captured(string name)
    {
        var stream = new ClaudeRunner().OpenStream();
        return [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Claude", "Captured", $"{name}-2.1.197.jsonl")).SelectMany(line => stream.Read(Encoding.UTF8.GetBytes(line)))];
    }
}
