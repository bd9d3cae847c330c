using System.Text.Json.Nodes;
using Awoc.EndToEnd.Budgets;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>A hung attempt against a silent one, with real agents and a stall limit of seconds.</summary>
public sealed class StallTests
{
    private const int Limit = 2;

    /// <summary>Longer than the limit by far, and no output all the while.</summary>
    private const int Silence = 7;

    /// <summary>A limit within which a status can be asked for, on a busy machine too.</summary>
    private const int LongLimit = 10;

    /// <summary>Far from the time budget, which would end it otherwise: the limit, the time between two looks, and the grace of the stop.</summary>
    private const int Late = 90_000;

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task Run_HungConnection_IsAStallWithinItsLimit(string agent)
    {
        await using var awoc = new AwocSandbox().WithClaude();
        await using var task = await LaunchAsync(awoc, agent, """
              - text: {text: Never said to the end., tokens: 200}
                silence: 1h
            """, LongLimit);
        var quiet = await QuietAsync(awoc, task.Id);
        var status = await task.EndAsync();

        Assert.True(((string?)status["outcome"], (string?)status["reason"]) == ("failed", "stalled"), $"{status.ToJsonString()}\n{awoc.Diagnose(task.Id)}");
        Assert.InRange((long)status["runMs"]!, LongLimit * 1_000, Late);
        Assert.Contains("awoc retry", (string?)status["detail"], StringComparison.Ordinal);
        Assert.Empty(Processes.WithEnvironment(task.Id));

        // While it hung, its status told how long, and how much longer that may go on.
        var used = (double)quiet["used"]!;
        Assert.True(used > 0.5, $"{used} s");
        Assert.Equal(Math.Max(0, LongLimit - used), (double)quiet["left"]!, 1);
        Assert.False(Stall(status).ContainsKey("used"));
    }

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task Run_SilentBuildThatUsesCpu_IsNoStall(string agent)
    {
        await using var awoc = new AwocSandbox().WithClaude();

        // More patience with a tool would hide that it is the CPU that shows the life here.
        var end = await EndAsync(awoc, agent, Tool($"timeout {Limit * 8} sh -c 'while :; do :; done'; true"));

        Assert.Equal("succeeded", end);
    }

    [Fact]
    public async Task Run_SilentCommandThatUsesCpu_IsNoStall()
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", $"timeout {Silence} sh -c 'while :; do :; done'; true", "--stall-timeout", $"{Limit}");

        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(id))["outcome"]);
    }

    [Fact]
    public async Task Run_SilentCommandThatOnlySleeps_IsAStall()
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "sleep 1000", "--stall-timeout", $"{Limit}");

        Assert.Equal("stalled", (string?)(await awoc.EndOfAsync(id))["reason"]);
    }

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task Run_ToolThatWaitsLongerThanTheLimit_IsNoStall(string agent)
    {
        await using var awoc = new AwocSandbox().WithClaude();

        Assert.Equal("succeeded", await EndAsync(awoc, agent, Tool($"sleep {Silence}")));
    }

    [Fact]
    public async Task Run_ToolThatWaitsForEver_IsAStallInTheEnd()
    {
        await using var awoc = new AwocSandbox().WithClaude();
        await using var task = await LaunchAsync(awoc, "builtin", Tool("sleep 1000"));
        var status = await task.EndAsync();

        Assert.Equal("stalled", (string?)status["reason"]);
        Assert.InRange((long)status["runMs"]!, Limit * 6_000, Late);
    }

    [Theory]
    [InlineData("claude", 429)]
    [InlineData("claude", 529)]
    [InlineData("builtin", 429)]
    public async Task Run_AgentsOwnRetryWaitLongerThanTheLimit_IsNoStall(string agent, int status)
    {
        await using var awoc = new AwocSandbox().WithClaude();

        var end = await EndAsync(awoc, agent, $"  - error: {{status: {status}, retryAfter: {Silence}, times: 1}}\n");

        Assert.Equal("succeeded", end);
    }

    private static string Tool(string command) =>
        $"  - tool: {{name: Bash, input: {{command: \"{command}\", description: Work, timeout: 600000}}}}\n";

    private static Task<RehearsedTask> LaunchAsync(AwocSandbox awoc, string agent, string steps, int limit = Limit) => RehearsedTask.LaunchAsync(
        awoc, "stall", RehearsedTask.Script($"name: stall\nsteps:\n{steps}\n  - text: \"# Report\"\n"),
        ["custom:anything", "--agent", agent, "--tokens", "5000", "--timeout", "120", "--stall-timeout", $"{limit}", "--on-failure", "stop"]);

    /// <summary>The outcome, and more where it is no success.</summary>
    private static async Task<string> EndAsync(AwocSandbox awoc, string agent, string steps)
    {
        await using var task = await LaunchAsync(awoc, agent, steps);
        var status = await task.EndAsync();
        return (string?)status["outcome"] == "succeeded" ? "succeeded" : $"{status.ToJsonString()}\n{task.Requests()}\n{awoc.Diagnose(task.Id)}";
    }

    private static async Task<JsonObject> QuietAsync(AwocSandbox awoc, string id)
    {
        JsonObject? stall = null;
        await Eventually.TrueAsync(
            async () => (stall = Stall(await awoc.StatusAsync(id)))["used"] is { } used && (double)used > 0.5, TimeSpan.FromSeconds(60), "a silence in its status");
        return stall!;
    }

    private static JsonObject Stall(JsonObject status) =>
        status["limits"]!.AsArray().Select(limit => limit!.AsObject()).Single(limit => (string?)limit["kind"] == "stall");
}
