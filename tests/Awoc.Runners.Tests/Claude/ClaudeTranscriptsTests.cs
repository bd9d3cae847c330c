using Awoc.Runners.Claude;

namespace Awoc.Runners.Tests.Claude;

public sealed class ClaudeTranscriptsTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("awoc-transcripts-").FullName;

    [Theory]
    [InlineData("""{"type":"mode","mode":"default","sessionId":"s"}""", false)]
    [InlineData("", false)]
    [InlineData("""
        {"type":"mode","mode":"default","sessionId":"s"}
        {"parentUuid":null,"isSidechain":false,"promptId":"p","type":"user","message":{"role":"user","content":"do it"},"userType":"external"}
        """, true)]
    public void Has_CutOffBeforeItsPrompt_HasNothingToGoOnWith(string transcript, bool expected)
    {
        var project = Directory.CreateDirectory(Path.Combine(_home, ".claude", "projects", "-work")).FullName;
        File.WriteAllText(Path.Combine(project, "s.jsonl"), transcript);

        Assert.Equal(expected, ClaudeTranscripts.Has("s", new Dictionary<string, string> { ["HOME"] = _home }));
        Assert.False(ClaudeTranscripts.Has("other", new Dictionary<string, string> { ["HOME"] = _home }));
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
