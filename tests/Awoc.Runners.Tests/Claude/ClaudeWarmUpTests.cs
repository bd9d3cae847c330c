using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Awoc.Core.Agents;
using Awoc.Runners.Claude;
using Awoc.Runners.Tests.Running;

namespace Awoc.Runners.Tests.Claude;

public sealed class ClaudeWarmUpTests : IDisposable
{
    private static readonly AgentAvailability s_here = new("/bin/claude", "a key", new ModelUpstream(new Uri("https://api.anthropic.com"), UpstreamAuth.ApiKey, "k"), [], null);

    private readonly Workplace _place = new();
    private readonly ClaudeRunner _runner = new();

    [Fact]
    public void WarmUp_OfAFreshSession_InitialisesAndKnowsTheAnswer()
    {
        var warm = Assert.IsType<WarmUp>(_runner.WarmUp(Context()));
        Assert.All(warm.Lines, line => Assert.Equal("control_request", (string?)JsonNode.Parse(line)!["type"]));
        Assert.True(warm.IsReady("""{"type":"control_response","response":{"subtype":"success","request_id":"awoc-ready"}}"""));
        Assert.False(warm.IsReady("""{"type":"control_response","response":{"subtype":"error","request_id":"awoc-ready","error":"Unsupported"}}"""));
        Assert.False(warm.IsReady("""{"type":"control_response","response":{"subtype":"success","request_id":"awoc-warm","response":{"note":"awoc-ready"}}}"""));
        Assert.False(warm.IsReady("""{"type":"control_response","response":{"awoc-ready"""));
        Assert.True(warm.ReadsGit && warm.ReadsDate);
    }

    [Fact]
    public void Bind_Variables_AreSettingsOfTheCommandLineAndNoTurn()
    {
        var line = Assert.Single(_runner.WarmUp(Context())!.Bind(new Dictionary<string, string> { ["AWOC_TASK_ID"] = "1-2", ["WINDOW"] = "a \"b\"" }));
        var request = JsonNode.Parse(line)!["request"]!;
        Assert.Equal("apply_flag_settings", (string?)request["subtype"]);
        Assert.Equal(("1-2", "a \"b\""), ((string?)request["settings"]!["env"]!["AWOC_TASK_ID"], (string?)request["settings"]!["env"]!["WINDOW"]));
        Assert.False(_runner.Voice!.BeginsTurn(line));
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public void WarmUp_OfAResumedSession_IsNone() => Assert.Null(_runner.WarmUp(Context() with { Resume = "session" }));

    [Fact]
    public void Reads_WithoutTheUsersSettings_NoMemoryFilesButTheManagedOnes()
    {
        var warm = _runner.WarmUp(Context())!;
        Assert.All(warm.Reads, path => Assert.StartsWith("/etc/claude-code/", path, StringComparison.Ordinal));
    }

    [Fact]
    public void Reads_WithTheUsersSettings_MemoryFilesUpToTheRootWithTheirImports()
    {
        var memory = Path.Combine(_place.Cwd, "CLAUDE.md");
        File.WriteAllText(memory, "Rules: @docs/rules.md, and mine: @~/mine.md. Write to someone@example.com.\n");
        Directory.CreateDirectory(Path.Combine(_place.Cwd, "docs"));
        File.WriteAllText(Path.Combine(_place.Cwd, "docs", "rules.md"), "@more.md\n");
        var reads = _runner.WarmUp(Own())!.Reads;
        Assert.Contains(memory, reads);
        Assert.Contains("/CLAUDE.md", reads);
        Assert.Contains(Path.Combine(_place.Home, ".claude", "CLAUDE.md"), reads);
        Assert.Contains(Path.Combine(_place.Cwd, "docs", "more.md"), reads);
        Assert.Contains(reads, path => path.StartsWith(Path.Combine(_place.Home, "mine.md"), StringComparison.Ordinal));
        Assert.DoesNotContain(reads, path => path.Contains("example.com", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("work/.claude/settings.json", """{"hooks":{"SessionStart":[]}}""")]
    [InlineData("home/.claude/settings.json", """{"enabledPlugins":{"a@b":true}}""")]
    [InlineData("work/.mcp.json", """{"mcpServers":{"s":{"command":"x"}}}""")]
    [InlineData("home/.claude.json", """{"mcpServers":{"s":{"command":"x"}}}""")]
    [InlineData("home/.claude/settings.json", "{ broken")]
    [InlineData("home/.claude.json", """{"projects":{"/":{"mcpServers":{"s":{"command":"x"}, /* mine */ },}}}""")]
    [InlineData("home/.claude.json", """{"projects":{"/":{"mcpSer""")]
    public void WarmUp_WithWhatRunsAtTheStart_IsNoneWhereTheUsersSettingsAreIn(string file, string content)
    {
        var path = Path.Combine(_place.Root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        Assert.Null(_runner.WarmUp(Own()));
        Assert.NotNull(_runner.WarmUp(Context()));
    }

    [Fact]
    public void WarmUp_AGlobalFileTooLargeToBeRead_IsNoneWhereItsServersAreIn()
    {
        File.WriteAllText(Path.Combine(_place.Home, ".claude.json"), $$$$"""{"history":"{{{{new string('x', 1 << 20)}}}}","mcpServers":{"s":{"command":"x"}}}""");
        Assert.Null(_runner.WarmUp(Own()));
    }

    [Fact]
    public void WarmUp_ServersOfTheProjectInTheGlobalFile_IsNoneThereAndOneElsewhere()
    {
        File.WriteAllText(Path.Combine(_place.Home, ".claude.json"), $$$$$"""{"projects":{"{{{{{_place.Cwd}}}}}":{"mcpServers":{"s":{"command":"x"}}},"/elsewhere":{"mcpServers":{}}}}""");
        Assert.Null(_runner.WarmUp(Own()));
        File.WriteAllText(Path.Combine(_place.Home, ".claude.json"), """{"projects":{"/elsewhere":{"mcpServers":{"s":{"command":"x"}}}},"numStartups":7}""");
        Assert.NotNull(_runner.WarmUp(Own()));
    }

    [Fact]
    public void Found_TheGlobalFilesEnvironment_CountsAndItsFiguresDoNot()
    {
        var file = Path.Combine(_place.Home, ".claude.json");
        File.WriteAllText(file, """{"numStartups":1,"env":{"A":"1"}}""");
        var first = _runner.WarmUp(Context())!.Found;
        File.WriteAllText(file, """{"numStartups":2,"env":{"A":"1"}}""");
        Assert.Equal(first, _runner.WarmUp(Context())!.Found);
        File.WriteAllText(file, """{"numStartups":2,"env":{"A":"2"}}""");
        Assert.NotEqual(first, _runner.WarmUp(Context())!.Found);
    }

    public void Dispose() => _place.Dispose();

    private AttemptContext Context()
    {
        var context = _place.Context(s_here, "sonnet");
        return context with { Spec = context.Spec with { Environment = _place.Caller().ToImmutableSortedDictionary(StringComparer.Ordinal) } };
    }

    private AttemptContext Own() => Context() with { Settings = new Dictionary<string, string> { [AgentSettings.UserSettings] = "true" } };
}
