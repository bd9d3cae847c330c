using System.Net.Sockets;
using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>Spent budgets, with the real Claude Code and a model server of the test's own, whose count of generated tokens is the one that counts.</summary>
public sealed class LandingTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(600)]
    [InlineData(2000)]
    [InlineData(5000)]
    public async Task Run_TokensSpent_DeliversAReportAndGeneratesNoTokenTooMany(int budget)
    {
        await using var server = await ServeAsync("turns?n=200&tokens=150");
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--tokens", $"{budget}");
        var status = await awoc.EndOfAsync(id);

        AssertEnd(awoc, status, id, "budget_exhausted", "tokens");
        Assert.InRange(server.Log.TotalGeneratedTokens, budget / 2, budget);
        Assert.Equal(server.Log.TotalGeneratedTokens, (long)status["usage"]!["output"]!);
        var report = await File.ReadAllTextAsync(Path.Combine(awoc.Work, "r.md"));
        Assert.StartsWith("> **Partial result**: token budget spent (", report, StringComparison.Ordinal);
        Assert.Contains($"awoc recover {id.Split('-')[1]} shows", report, StringComparison.Ordinal);
        Assert.True(report.Split('\n').Length > 3, report);
        Assert.Equal(report, (await awoc.AwocAsync("output", id)).Out);
        Assert.Equal(["work_spent", "report_started", "report_ended"], await StepsAsync(awoc, id));
        Assert.Single(server.Log.MessageRequests, r => r.ToolChoice == "none");
    }

    [Fact]
    public async Task Run_TokensSpentWithAUsersFileAtOutput_LeavesItAlone()
    {
        await using var server = await ServeAsync("turns?n=200&tokens=150");
        await using var awoc = Sandbox(server);
        var file = Path.Combine(awoc.Work, "r.md");
        await File.WriteAllTextAsync(file, "mine");
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--tokens", "2000");
        var status = await awoc.EndOfAsync(id);
        Assert.Equal("partial", (string?)status["result"]);
        Assert.Equal("mine", await File.ReadAllTextAsync(file));
        Assert.StartsWith("> **Partial result**", (await awoc.AwocAsync("output", id)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WorkDoneWithinItsShare_HasNoReportTurn()
    {
        await using var server = await ServeAsync("turns?n=3&tokens=100");
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("custom:anything", "r.md", "--tokens", "5000");
        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(id))["outcome"]);
        Assert.Empty(await StepsAsync(awoc, id));
        Assert.Empty(Said(awoc, id));
    }

    [Fact]
    public async Task Run_TimeSpent_IsInterruptedAndReportsBeforeTheDeadline()
    {
        await using var server = await ServeAsync("sleep");
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--timeout", "40", "--tokens", "5000");
        var status = await awoc.EndOfAsync(id);

        AssertEnd(awoc, status, id, "timed_out", "deadline");
        var report = await File.ReadAllTextAsync(Path.Combine(awoc.Work, "r.md"));
        Assert.StartsWith("> **Partial result**: time budget spent (", report, StringComparison.Ordinal);
        Assert.Equal(["work_spent", "report_started", "report_ended"], await StepsAsync(awoc, id));
        Assert.Empty(Processes.WithEnvironment(id));

        // The agent ended by itself, within its time.
        var exit = JsonNode.Parse(await File.ReadAllTextAsync(Attempt(awoc, id, "exit.json")))!;
        Assert.Null(exit["cause"]);
        Assert.InRange((long)exit["runMs"]!, 36_000, 40_000);
    }

    [Fact]
    public async Task KillDaemon_InTheMidstOfTheReport_ItIsWrittenOnce()
    {
        await using var server = await ServeAsync("slow-turns", """
            name: slow-turns
            steps:
              - text: "Looking around."
                tool: {name: Bash, input: {command: "echo looking", description: Look}}
                usage: {output: 150}
                chunkDelay: 60ms
                repeat: 200
            """);
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--tokens", "3000");
        await server.Log.WaitAsync(log => log.MessageRequests.Any(r => r.ToolChoice == "none" && r.GeneratedTokens > 16), s_soon);
        Processes.Kill(await awoc.DaemonPidAsync());
        var status = await awoc.EndOfAsync(id);

        AssertEnd(awoc, status, id, "budget_exhausted", "tokens");
        Assert.Single(status["attempts"]!.AsArray());
        Assert.Single(Said(awoc, id), line => line.Contains("AWOC: the work is stopped.", StringComparison.Ordinal));
        Assert.Equal(["work_spent", "report_started", "report_ended"], await StepsAsync(awoc, id));
        Assert.True(server.Log.TotalGeneratedTokens <= 3000, $"{server.Log.TotalGeneratedTokens} tokens");
        var report = await File.ReadAllTextAsync(Path.Combine(awoc.Work, "r.md"));
        Assert.StartsWith("> **Partial result**: token budget spent (", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KillDaemon_WhileTheWorkGoesOn_TheNextOneLandsIt()
    {
        await using var server = await ServeAsync("turns?n=200&tokens=150&delay=200ms");
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--tokens", "3000");
        await server.Log.WaitAsync(log => log.MessageRequests.Count >= 3, s_soon);
        Processes.Kill(await awoc.DaemonPidAsync());
        AssertEnd(awoc, await awoc.EndOfAsync(id), id, "budget_exhausted", "tokens");
        Assert.Equal(["work_spent", "report_started", "report_ended"], await StepsAsync(awoc, id));
        Assert.True(server.Log.TotalGeneratedTokens <= 3000, $"{server.Log.TotalGeneratedTokens} tokens");
    }

    [Fact]
    public async Task TopUp_WhileItRuns_LetsTheWorkFinish()
    {
        await using var server = await ServeAsync("turns?n=20&tokens=100&delay=300ms");
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("custom:anything", "r.md", "--tokens", "1200", "--timeout", "60");
        await server.Log.WaitAsync(log => log.MessageRequests.Any(r => r.Status == 200), s_soon);
        var raised = await awoc.AwocAsync("topup", id, "--tokens", "5000", "--timeout", "100");
        Assert.True(raised.Code == 0, raised.Error);
        Assert.Equal($"{id} 6200 tokens, 160 s\n", raised.Out);

        var status = await awoc.EndOfAsync(id);
        Assert.True((string?)status["outcome"] == "succeeded", status.ToJsonString() + awoc.Diagnose(id));
        Assert.Equal(6200, (long)status["budget"]!["tokens"]!);
        Assert.True(server.Log.TotalGeneratedTokens > 1200);
    }

    [Fact]
    public async Task TopUp_Deadline_ReachesTheShim()
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "while ! test -e go; do sleep 0.05; done", "--timeout", "600");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(Attempt(awoc, id, "shim.json"))), s_soon, "the agent to start");
        Assert.Equal(600_000, await DeadlineAsync(awoc, id));
        Assert.Equal(0, (await awoc.AwocAsync("topup", id, "--timeout", "60")).Code);
        await Eventually.TrueAsync(async () => await DeadlineAsync(awoc, id) == 660_000, s_soon, "the shim to have the new deadline");
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "go"), "");
        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(id))["outcome"]);
    }

    /// <summary>In milliseconds, as the shim tells everybody who connects with its first line.</summary>
    private static async Task<long?> DeadlineAsync(AwocSandbox awoc, string id)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(awoc.Home, "run", "s", $"{id.Split('-')[1]}.1")));
        using var reader = new StreamReader(new NetworkStream(socket));
        var hello = await reader.ReadLineAsync().WaitAsync(s_soon);
        return (long?)JsonNode.Parse(hello!)!["deadlineMs"];
    }

    [Fact]
    public async Task TopUp_BadInput_IsRefusedWithTheWayOn()
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "true");
        await awoc.EndOfAsync(id);
        var ended = await awoc.AwocAsync("topup", id, "--timeout", "100");
        Assert.NotEqual(0, ended.Code);
        Assert.Contains($"awoc retry {id.Split('-')[1]} --timeout 100", ended.Error, StringComparison.Ordinal);

        var running = await awoc.LaunchAsync("--agent", "command", "sleep 1000");
        var none = await awoc.AwocAsync("topup", running);
        Assert.Equal(2, none.Code);
        Assert.Contains("at least one of --tokens", none.Error, StringComparison.Ordinal);
        var bad = await awoc.AwocAsync("topup", running, "--tokens", "-3", "--timeout", "soon", "--max-cost", "1");
        Assert.Equal(2, bad.Code);
        foreach (var field in new[] { "--tokens", "--timeout", "--max-cost" }) Assert.Contains(field, bad.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, (await awoc.AwocAsync("topup", "no-such-task", "--tokens", "5")).Code);
        var json = await awoc.AwocAsync("topup", running, "--timeout", "5", "--json");
        Assert.Equal(605, (long)JsonNode.Parse(json.Out)!["budget"]!["timeoutSeconds"]!);
        await awoc.AwocAsync("cancel", running);
    }

    private static async Task<RehearsalServer> ServeAsync(string scenario, string? yaml = null) => await RehearsalServer.StartAsync(new RehearsalOptions
    {
        Scenario = scenario,
        Scenarios = yaml is null ? [] : [ScenarioSource.Parse(yaml) is { Scenario: { } source } ? source : throw new FormatException(yaml)],
    });

    private static AwocSandbox Sandbox(RehearsalServer server)
    {
        var awoc = new AwocSandbox().WithClaude();
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
        awoc.Environment["ANTHROPIC_API_KEY"] = "sk-the-tests-own";
        return awoc;
    }

    private static void AssertEnd(AwocSandbox awoc, JsonObject status, string id, string outcome, string reason)
    {
        var (was, why) = ((string?)status["outcome"], (string?)status["reason"]);
        Assert.True((was, why) == (outcome, reason), $"{status.ToJsonString()}\n{awoc.Diagnose(id)}");
        Assert.Equal("partial", (string?)status["result"]);
    }

    private static string Attempt(AwocSandbox awoc, string id, string file) => Path.Combine(awoc.TaskFolder(id), "attempts", "1", file);

    private static string[] Said(AwocSandbox awoc, string id) => File.ReadAllLines(Attempt(awoc, id, "in.jsonl"));

    private static async Task<string[]> StepsAsync(AwocSandbox awoc, string id)
    {
        var log = await File.ReadAllLinesAsync(Path.Combine(awoc.TaskFolder(id), "background.log"));
        return [.. log.Select(line => line.Split(' ', 3)[1].TrimEnd(':')).Where(word => word is "work_spent" or "report_started" or "report_ended")];
    }
}
