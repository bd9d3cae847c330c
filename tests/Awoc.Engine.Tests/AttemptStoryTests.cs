using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Tests;

public sealed class AttemptStoryTests
{
    private readonly AttemptStory _story = new();

    [Fact]
    public void UnwrittenTo_CutCall_IsThereUntilALaterWritingSucceeds()
    {
        Add(new AgentEvent.ToolCall("a", "Write", """{"file_path":"/s/r.md","content":"# T""", Cut: true), new AgentEvent.ToolResult("a", true, "cut"));
        Assert.Equal(("/s/r.md", CallState.Cut), (_story.UnwrittenTo("/s/r.md")!.Path, _story.UnwrittenTo("/s/r.md")!.State));
        Assert.Equal("a", _story.CutToolCall?.Id);
        Add(new AgentEvent.ToolCall("b", "Write", """{"file_path":"/s/r.md","content":"# T"}"""));
        Assert.Equal(CallState.Pending, _story.UnwrittenTo("/s/r.md")!.State);
        Assert.Null(_story.CutToolCall);
        Add(new AgentEvent.ToolResult("b", false, "ok"));
        Assert.Null(_story.UnwrittenTo("/s/r.md"));
        Assert.True(_story.Wrote("/s/r.md"));
        Assert.Equal(["/s/r.md"], _story.FilesWritten);
    }

    [Fact]
    public void Add_CallWhoseArgumentsTheAgentCouldNotRead_TakesThePieces()
    {
        Add(
            new AgentEvent.Piece(PieceKind.Begin, 0, "Write"),
            new AgentEvent.Piece(PieceKind.Input, 0, """{"file_path":"/s/r.md","""),
            new AgentEvent.Piece(PieceKind.Input, 0, "\"content\":\"# Ti"),
            new AgentEvent.ToolCall("a", "Write", "{}"),
            new AgentEvent.ToolResult("a", true, "cut"));
        Assert.Equal(("# Ti", CallState.Cut), (PartialJson.Member(_story.UnwrittenTo("/s/r.md")!.Input, "content")?.Value, _story.UnwrittenTo("/s/r.md")!.State));
    }

    [Fact]
    public void Add_NewAnswerBegins_ForgetsTheOneThatWasGivenUp()
    {
        Add(new AgentEvent.Piece(PieceKind.Begin, 0, ""), new AgentEvent.Piece(PieceKind.Text, 0, "given up"));
        Assert.Equal("given up", _story.UnfinishedText);
        Add(new AgentEvent.Piece(PieceKind.Begin, 0, ""), new AgentEvent.Piece(PieceKind.Text, 0, "again"));
        Assert.Equal("again", _story.UnfinishedText);
        Add(new AgentEvent.Text("again, whole"));
        Assert.Equal(("", "again, whole", 1), (_story.UnfinishedText, _story.FinalText, _story.Turns));
    }

    [Fact]
    public void Wrote_ShellCommandThatNamesTheFile_Counts()
    {
        Add(new AgentEvent.ToolCall("a", "Bash", """{"command":"make > out.txt"}"""), new AgentEvent.ToolResult("a", false, ""));
        Assert.True(_story.Wrote("/w/out.txt"));
        Assert.False(_story.Wrote("/w/other.txt"));
    }

    [Fact]
    public void Add_RunOfHours_StaysBounded()
    {
        var content = new string('x', 100_000);
        for (var n = 0; n < 3_000; n++)
        {
            Add(
                new AgentEvent.ToolCall($"w{n}", "Write", JsonSerializer.Serialize(new Dictionary<string, string> { ["file_path"] = $"/w/{n}", ["content"] = content })),
                new AgentEvent.ToolResult($"w{n}", n % 2 == 0, content),
                new AgentEvent.Piece(PieceKind.Begin, 0, "Write"),
                new AgentEvent.Piece(PieceKind.Input, 0, content),
                new AgentEvent.Text(content));
        }

        Assert.InRange(_story.OpenCalls.Sum(call => call.Input.Length), 1, 70 * 100_100);
        Assert.InRange(_story.LastResults.Sum(result => result.Value.Length), 1, 5 * 2_001);
        Assert.InRange(_story.FilesWritten.Count, 1, 500);
        Assert.InRange(_story.AllText.Length, 1, 8 * 1024 * 1024);
        Assert.Equal((3_000, 1_500), (_story.ToolCalls, _story.FailedCalls));
    }

    private void Add(params AgentEvent[] events)
    {
        foreach (var e in events) _story.Add(e);
    }
}
