using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>Tasks that wait for a person: for an answer to the agent's question, or for more of their budget.</summary>
public sealed class AnswerTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private const string Asks = """
        name: asks
        steps:
          - tool: {name: Bash, input: {command: "touch made-by-bash", description: Touch} }
          - tool: {name: Write, input: {file_path: "{{output}}", content: "# Report\n\nSo be it."} }
          - text: "So be it."
        """;

    [Theory]
    [InlineData("allow", true)]
    [InlineData("deny", false)]
    [InlineData("use the staging directory", false)]
    public async Task Answer_ToAQuestion_IsObeyedAndTheTaskGoesOn(string answer, bool made)
    {
        await using var server = await ServeAsync(Asks, "asks");
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("custom:x", "r.md", "--agent", "claude", "--permissions", "ask");
        var waiting = await AwaitingAsync(awoc, id);
        Assert.Contains("touch made-by-bash", (string?)waiting["waitsFor"], StringComparison.Ordinal);
        Assert.Contains($"awoc answer {id.Split('-')[1]} allow", (await awoc.AwocAsync("alerts")).Out, StringComparison.Ordinal);

        // Nothing the agent waits for is lost with the daemon.
        Processes.Kill(await awoc.DaemonPidAsync());
        await awoc.AwocAsync("daemon", "start");
        await Eventually.TrueAsync(async () => (await awoc.AwocAsync("answer", id, answer)).Code == 0, s_limit, "the answer to be taken");

        var status = await awoc.EndOfAsync(id);
        Assert.True("succeeded" == (string?)status["outcome"], status.ToJsonString() + awoc.Diagnose(id));
        Assert.Equal(made, File.Exists(Path.Combine(awoc.Work, "made-by-bash")));
        var last = server.Log.MessageRequests.Last(r => r.Body is not null).Body!;
        Assert.Equal(!made, last.Contains("The user did not allow this call", StringComparison.Ordinal));
        if (answer != "allow") Assert.Contains(answer == "deny" ? "Go on without it" : answer, last, StringComparison.Ordinal);
        Assert.Single(status["attempts"]!.AsArray());

        var again = await awoc.AwocAsync("answer", id, "allow");
        Assert.NotEqual(0, again.Code);
        Assert.Contains("asks nothing", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Question_NobodyAnswers_IsDeniedAndTheAgentTold()
    {
        await using var server = await ServeAsync(Asks, "asks");
        await using var awoc = Sandbox(server);
        Assert.Equal(0, (await awoc.AwocAsync("config", "set", "answer_timeout", "2")).Code);
        var id = await awoc.LaunchAsync("custom:x", "r.md", "--agent", "claude", "--permissions", "ask");
        var status = await awoc.EndOfAsync(id);
        Assert.Equal("succeeded", (string?)status["outcome"]);
        Assert.False(File.Exists(Path.Combine(awoc.Work, "made-by-bash")));
        Assert.Contains(server.Log.MessageRequests, r => r.Body?.Contains("Nobody answered in time", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Answer_ToATaskThatAsksNothing_IsRefusedWithItsState()
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "sleep 1000");
        await Eventually.TrueAsync(async () => (string?)(await awoc.StatusAsync(id))["state"] == "running", s_limit, "the task to run");
        var ran = await awoc.AwocAsync("answer", id, "allow");
        Assert.Equal(2, ran.Code);
        Assert.Contains("asks nothing: it is running", ran.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await awoc.AwocAsync("answer", id)).Code);
        Assert.NotEqual(0, (await awoc.AwocAsync("answer", id, " ")).Code);
        Assert.NotEqual(0, (await awoc.AwocAsync("answer", "no-such", "allow")).Code);
        await awoc.AwocAsync("cancel", id);
    }

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task OnBudgetAsk_BudgetSpent_WaitsAndGoesOnWhenToppedUp(string agent)
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = "steps,n=12,tokens=100" });
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("custom:x", "r.md", "--agent", agent, "--tokens", "1000", "--on-budget", "ask");
        var waiting = await AwaitingAsync(awoc, id);
        Assert.Contains("awoc topup", (string?)waiting["waitsFor"], StringComparison.Ordinal);
        Assert.Equal("partial", (string?)waiting["result"]);

        // It holds no process while it waits, and survives a daemon's death and supplied credentials.
        Processes.Kill(await awoc.DaemonPidAsync());
        await awoc.AwocAsync("daemon", "start");
        Assert.Equal("awaiting_input", (string?)(await awoc.StatusAsync(id))["state"]);
        var wrong = await awoc.AwocAsync("answer", id, "allow");
        Assert.Contains("awoc topup", wrong.Error, StringComparison.Ordinal);

        // More of what is not lacking is no reason to go on.
        Assert.Equal(0, (await awoc.AwocAsync("topup", id, "--timeout", "60")).Code);
        Assert.Equal("awaiting_input", (string?)(await awoc.StatusAsync(id))["state"]);
        Assert.Equal(0, (await awoc.AwocAsync("topup", id, "--tokens", "4000")).Code);
        var status = await awoc.EndOfAsync(id);
        Assert.True("succeeded" == (string?)status["outcome"], status.ToJsonString() + awoc.Diagnose(id));
        Assert.Equal(2, status["attempts"]!.AsArray().Count);
        Assert.True((long)status["usage"]!["output"]! <= 5000);
    }

    [Fact]
    public async Task OnBudgetAsk_TurnsSpent_CountsThemOverAllAttempts()
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = "steps,n=8,tokens=20" });
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("custom:x", "r.md", "--agent", "builtin", "--tokens", "20000", "--max-turns", "3", "--on-budget", "ask");
        await AwaitingAsync(awoc, id);
        Assert.Equal(0, (await awoc.AwocAsync("topup", id, "--max-turns", "2")).Code);
        await Eventually.TrueAsync(async () => (await awoc.StatusAsync(id))["attempts"]!.AsArray() is [_, { } second] && second["outcome"] is not null, s_limit, "the second attempt to end");
        var turns = (await AwaitingAsync(awoc, id))["limits"]!.AsArray().Single(l => (string?)l!["kind"] == "turns")!;
        Assert.Equal(5, (int)turns["max"]!);
        Assert.True((int)turns["used"]! >= 5, turns.ToJsonString());
        Assert.Equal(0, (await awoc.AwocAsync("topup", id, "--max-turns", "30")).Code);
        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(id))["outcome"]);
    }

    [Fact]
    public async Task OnBudgetAsk_Stopped_EndsAsItsBudgetEndedIt()
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = "steps,n=12,tokens=100" });
        await using var awoc = Sandbox(server);
        var id = await awoc.LaunchAsync("custom:x", "r.md", "--agent", "builtin", "--tokens", "1000", "--on-budget", "ask");
        await AwaitingAsync(awoc, id);
        var ran = await awoc.AwocAsync("answer", id, "stop", "--json");
        Assert.True(ran.Code == 0, ran.Error);
        var status = JsonNode.Parse(ran.Out)!;
        Assert.Equal(("ended", "budget_exhausted", "tokens", "partial"), ((string?)status["state"], (string?)status["outcome"], (string?)status["reason"], (string?)status["result"]));
        Assert.True(File.Exists(Path.Combine(awoc.Work, "r.md")));
    }

    private static async Task<JsonObject> AwaitingAsync(AwocSandbox awoc, string id)
    {
        JsonObject? status = null;
        await Eventually.TrueAsync(
            async () => (string?)(status = await awoc.StatusAsync(id))["state"] is "awaiting_input" or "ended", s_limit, "the task to wait for a person");
        return (string?)status!["state"] == "awaiting_input" ? status : throw new InvalidOperationException($"{status.ToJsonString()}\n{awoc.Diagnose(id)}");
    }

    private static async Task<RehearsalServer> ServeAsync(string yaml, string scenario) => await RehearsalServer.StartAsync(new RehearsalOptions
    {
        Scenario = scenario,
        Scenarios = [ScenarioSource.Parse(yaml) is { Scenario: { } source } ? source : throw new FormatException(yaml)],
    });

    private static AwocSandbox Sandbox(RehearsalServer server)
    {
        var awoc = new AwocSandbox().WithClaude();
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
        awoc.Environment["ANTHROPIC_API_KEY"] = "sk-the-tests-own";
        return awoc;
    }
}
