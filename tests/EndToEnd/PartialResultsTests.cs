using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>What an agent produced is there whatever ended it: real agents, killed and stopped in the midst of a long report.</summary>
public sealed class PartialResultsTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    private static readonly string s_report =
        "# Report\n\n## Executive Summary\n\nIn \"two\" words: it works – 😀.\n\n## Key Findings\n\n"
        + string.Concat(Enumerable.Range(1, 400).Select(n => $"- Finding number {n} with a path C:\\\\x and a tab\\t.\n"))
        + "\n## Recommendations\n\nNone.\n";

    /// <summary>About 4,500 tokens, eight of them each 25 ms: a quarter of a minute in the one Write.</summary>
    private static readonly string s_slowWrite = $$$"""
        name: slow-write
        description: A todo list, a file, then a long report that comes slowly.
        steps:
          - tool: {name: Bash, input: {command: "echo the first result"}}
          - text: "I have looked around; now I write."
            tool: {name: Write, input: {file_path: "{{cwd}}/notes.txt", content: "a note\n"}}
          - tool:
              name: Write
              input:
                file_path: "{{output}}"
                content: {{{System.Text.Json.JsonSerializer.Serialize(s_report)}}}
            chunkDelay: 25ms
          - text: "Done."
        """;

    /// <summary>More than the answer's limit holds: the call is cut, and the agent ends as if nothing had been.</summary>
    private static readonly string s_cutWrite = $$$"""
        name: cut-write
        description: The report's Write is cut at the length limit.
        steps:
          - tool:
              name: Write
              input:
                file_path: "{{output}}"
                content: {{{System.Text.Json.JsonSerializer.Serialize(s_report)}}}
            usage: {output: 100000}
          - text: "Done."
        """;

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task KilledInTheMidstOfAWrite_LeavesTheTextSoFar(string agent)
    {
        await using var awoc = NewSandbox();
        await using var server = await ServeAsync(awoc, s_slowWrite);
        var id = await LaunchInTheWriteAsync(awoc, agent);
        // The agent itself; its shim carries no such argument and lives on to tell.
        Processes.Kill(AgentOf(awoc, id));
        var status = await awoc.EndOfAsync(id);
        Assert.True("failed" == (string?)status["outcome"], status.ToJsonString() + awoc.Diagnose(id));
        await AssertRecoveredAsync(awoc, id, status);
    }

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task CanceledInTheMidstOfAWrite_LeavesTheTextSoFar(string agent)
    {
        await using var awoc = NewSandbox();
        await using var server = await ServeAsync(awoc, s_slowWrite);
        var id = await LaunchInTheWriteAsync(awoc, agent);
        Assert.Equal(0, (await awoc.AwocAsync("cancel", id)).Code);
        var status = await awoc.EndOfAsync(id);
        Assert.True("canceled" == (string?)status["outcome"], status.ToJsonString() + awoc.Diagnose(id));
        await AssertRecoveredAsync(awoc, id, status);
    }

    [Fact]
    public async Task TimedOutInASleep_ListsWhatWasDoneAndSaysThatNothingIsToBeHad()
    {
        await using var awoc = NewSandbox().Rehearsed();
        var ran = await awoc.AwocAsync("run", "research:anything", "r.md", "--model", "rehearsal/sleep", "--timeout", "4", "--wait");
        var id = ran.Out.Trim();
        Assert.Equal(124, ran.Code);
        var account = Account(awoc, id);
        Assert.Equal("timed_out", (string?)account["outcome"]);
        Assert.Contains("awoc recover", await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "partial-results.txt")), StringComparison.Ordinal);
        Assert.Equal(5, account["left"]!["sections"]!.AsArray().Count);
    }

    [Fact]
    public async Task CanceledInAStormOf529_LeavesTheTwoFilesAndNoResult()
    {
        await using var awoc = NewSandbox().Rehearsed();
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--model", "rehearsal/overload?times=always");
        await Eventually.TrueAsync(() => ReadShared(Path.Combine(awoc.TaskFolder(id), "events.jsonl")).Contains("api_retry", StringComparison.Ordinal), s_limit, "a retry");
        Assert.Equal(0, (await awoc.AwocAsync("cancel", id)).Code);
        var status = await awoc.EndOfAsync(id);
        Assert.True(("canceled", "none") == ((string?)status["outcome"], (string?)status["result"]), status.ToJsonString() + awoc.Diagnose(id));
        var account = Account(awoc, id);
        Assert.Equal("none", (string?)account["recovered"]!["source"]);
        Assert.Contains("529", (string?)account["progress"]!["lastRetry"], StringComparison.Ordinal);
        var output = await awoc.AwocAsync("output", id);
        Assert.Equal((1, ""), (output.Code, output.Out));
        Assert.Contains("partial-results.txt", output.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task CutWriteAndAnEndAsIfWell_IsNoSuccessAndItsTextIsKept(string agent)
    {
        await using var awoc = NewSandbox();
        await using var server = await ServeAsync(awoc, s_cutWrite);
        var ran = await awoc.AwocAsync("run", "research:anything", "r.md", "--agent", agent, "--tokens", "200000", "--wait");
        var id = ran.Out.Trim();
        var status = await awoc.StatusAsync(id);
        Assert.True(
            ("failed", "output_too_long", "partial") == ((string?)status["outcome"], (string?)status["reason"], (string?)status["result"]),
            status.ToJsonString() + awoc.Diagnose(id));
        Assert.Equal("cut_write", (string?)Account(awoc, id)["recovered"]!["source"]);
        Assert.StartsWith("# Report\n\n## Executive Summary\n\nIn \"two\" words", (await awoc.AwocAsync("output", id)).Out, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(awoc.Work, "r.md")));
    }

    [Fact]
    public async Task OutputEditedByTheUserWhileItRan_IsNotTakenForItsResult()
    {
        await using var awoc = NewSandbox();
        await using var server = await ServeAsync(awoc, s_slowWrite);
        var id = await LaunchInTheWriteAsync(awoc, "claude");
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "r.md"), "the user's own words\n");
        Assert.Equal(0, (await awoc.AwocAsync("cancel", id)).Code);
        await awoc.EndOfAsync(id);
        Assert.Equal("cut_write", (string?)Account(awoc, id)["recovered"]!["source"]);
        Assert.DoesNotContain("own words", (await awoc.AwocAsync("output", id)).Out, StringComparison.Ordinal);
    }

    private static async Task AssertRecoveredAsync(AwocSandbox awoc, string id, JsonObject status)
    {
        Assert.Equal("partial", (string?)status["result"]);
        var output = await awoc.AwocAsync("output", id);
        Assert.Equal(0, output.Code);
        var text = output.Out.TrimEnd('\n');
        Assert.True(s_report.StartsWith(text, StringComparison.Ordinal), $"not a beginning of the report: {text[..Math.Min(400, text.Length)]}\n{awoc.Diagnose(id)}");
        Assert.Contains("Finding number 20 ", text, StringComparison.Ordinal);
        Assert.Contains("partial", output.Error, StringComparison.Ordinal);
        Assert.Contains("awoc recover", output.Error, StringComparison.Ordinal);

        var account = Account(awoc, id);
        Assert.Equal(("cut_write", (string?)status["outcome"]), ((string?)account["recovered"]!["source"], (string?)account["outcome"]));
        Assert.Equal(["Detailed Analysis", "Sources and References", "Recommendations"], account["left"]!["sections"]!.AsArray().Select(s => (string?)s));
        Assert.Equal("Write", (string?)account["progress"]!["lastTool"]);
        Assert.Equal(3, (int)account["progress"]!["turns"]!);
        Assert.Contains(account["files"]!.AsArray(), f => ((string?)f!["path"])!.EndsWith("/notes.txt", StringComparison.Ordinal));
        Assert.Contains(account["lastResults"]!.AsArray(), r => ((string?)r!["text"])!.Contains("the first result", StringComparison.Ordinal));

        var people = await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "partial-results.txt"));
        Assert.StartsWith("PARTIAL RESULTS", people, StringComparison.Ordinal);
        Assert.Contains("Finding number 20 ", people, StringComparison.Ordinal);
        var json = JsonNode.Parse((await awoc.AwocAsync("output", id, "--json")).Out)!;
        Assert.Equal("partial", (string?)json["result"]);
        Assert.True(File.Exists((string?)json["path"]) && File.Exists((string?)json["partialResults"]));
        // People's log has each thing once: no piece of it.
        Assert.DoesNotContain("Finding number 20 ", await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "execution.log")), StringComparison.Ordinal);
    }

    private static async Task<string> LaunchInTheWriteAsync(AwocSandbox awoc, string agent)
    {
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--agent", agent, "--tokens", "20000", "--on-failure", "stop");
        var events = Path.Combine(awoc.TaskFolder(id), "events.jsonl");
        await Eventually.TrueAsync(
            () => ReadShared(events).Contains("ding number 2", StringComparison.Ordinal) && Length(events) > (agent == "claude" ? 60_000 : 6_000),
            s_limit, "the report to be on its way");
        return id;
    }

    /// <summary>Through the link that the task's directory has to the attempt's own file.</summary>
    private static long Length(string path) => ReadShared(path).Length;

    private static string ReadShared(string path)
    {
        // A link that leads nowhere until the agent's first line.
        if (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true }) return "";
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private static int AgentOf(AwocSandbox awoc, string id) =>
        (int)JsonNode.Parse(File.ReadAllText(Path.Combine(awoc.TaskFolder(id), "attempts", "1", "shim.json")))!["agentPid"]!;

    private static JsonObject Account(AwocSandbox awoc, string id) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(awoc.TaskFolder(id), "partial-results.json")))!.AsObject();

    private static AwocSandbox NewSandbox()
    {
        var awoc = new AwocSandbox().WithClaude();
        File.WriteAllText(Path.Combine(awoc.Work, "README.md"), "# A project\n");
        return awoc;
    }

    private static async Task<RehearsalServer> ServeAsync(AwocSandbox awoc, string yaml)
    {
        var reading = ScenarioSource.Parse(yaml);
        var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = reading.Scenario!.Name, Scenarios = [reading.Scenario] });
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
        awoc.Environment["ANTHROPIC_API_KEY"] = "rehearsal";
        return server;
    }
}
