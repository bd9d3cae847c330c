using System.Diagnostics;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Awoc.Runners.Claude;
using Awoc.Runners.Tests.Running;
using Awoc.TestKit;

namespace Awoc.Runners.Tests.Claude;

/// <summary>The real Claude Code, launched by the runner's own plan, against the rehearsal server.</summary>
public sealed class ClaudeRunTests : IDisposable
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    private readonly ClaudeRunner _runner = new();
    private readonly Workplace _place = new();

    [Fact]
    public async Task Plan_WriteOutsideTheWorkingDirectory_NeedsNoQuestion()
    {
        await using var server = await ServeAsync();
        var (evidence, events) = await RunAsync(server, "rehearsal/write-target");

        Assert.Equal(AttemptVerdict.Success, _runner.Judge(evidence));
        Assert.StartsWith("# Rehearsed report", await File.ReadAllTextAsync(_place.Staging));
        Assert.Equal($"Wrote {_place.Staging}.", evidence.FinalText);
        Assert.Empty(evidence.End!.Denials);
        Assert.Equal("rehearsal/write-target", Assert.IsType<AgentEvent.Session>(events[0]).Model);
        var call = Assert.Single(events.OfType<AgentEvent.ToolCall>());
        Assert.Equal("Write", call.Name);
        Assert.Equal(call.Id, Assert.Single(events.OfType<AgentEvent.ToolResult>(), r => !r.IsError).Id);
        Assert.DoesNotContain(events, e => e is AgentEvent.Unknown);

        var requests = server.Log.MessageRequests;
        Assert.All(requests, r => Assert.Equal("attempt-token", r.Credential));
        Assert.Equal(requests.Sum(r => r.Usage!.Output), evidence.End.Usage!.Output);
    }

    [Fact]
    public async Task Plan_RehearsalPlanner_WritesTheReportOfItsType()
    {
        await File.WriteAllTextAsync(Path.Combine(_place.Cwd, "main.py"), "# TODO: begin\nprint('hi')\n");
        await using var server = await ServeAsync();
        var (evidence, _) = await RunAsync(server, "rehearsal");
        Assert.Equal(AttemptVerdict.Success, _runner.Judge(evidence));
        var report = await File.ReadAllTextAsync(_place.Staging);
        Assert.All(["Executive Summary", "Key Findings", "Recommendations"], section => Assert.Contains($"## {section}", report, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plan_SmallBudget_CapsTheAnswerAndTurnsThinkingOff()
    {
        await using var server = await ServeAsync();
        await RunAsync(server, "rehearsal/ok", context => context with { TokensLeft = 700 });
        var request = Assert.Single(server.Log.MessageRequests);
        Assert.Equal(700, request.MaxTokens);
        Assert.DoesNotContain("\"adaptive\"", request.Body, StringComparison.Ordinal);
        Assert.Contains("\"effort\":\"low\"", request.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_OverloadStorm_RecoversAndTellsOfEachRetry()
    {
        await using var server = await ServeAsync("""
            name: storm
            steps:
              - error: {status: 529, times: 3}
              - text: "After the storm."
            """);
        var (evidence, events) = await RunAsync(server, "rehearsal/storm");
        Assert.Equal(AttemptVerdict.Success, _runner.Judge(evidence));
        Assert.Equal("After the storm.", evidence.End!.Answer);
        Assert.All(events.OfType<AgentEvent.Retry>(), r => Assert.Equal((529, "overloaded"), (r.Status, r.Error)));
        Assert.Equal([1, 2, 3], events.OfType<AgentEvent.Retry>().Select(r => r.Attempt));
    }

    [Theory]
    [InlineData("refusal", EndReason.Refused)]
    [InlineData("max-tokens", EndReason.OutputTooLong)]
    [InlineData("auth", EndReason.Auth)]
    [InlineData("billing", EndReason.Billing)]
    [InlineData("bad-request", EndReason.BadRequest)]
    [InlineData("server-error", EndReason.ServerError)]
    [InlineData("overload?times=9", EndReason.Overloaded)]
    [InlineData("rate-limit?times=9", EndReason.RateLimited)]
    [InlineData("too-long", EndReason.ContextTooLong)]
    [InlineData("no-model", EndReason.ModelNotFound)]
    [InlineData("budget", EndReason.Tokens)]
    public async Task Judge_FailedModelCall_NamesTheReasonAndTheNextStep(string scenario, EndReason reason)
    {
        await using var server = await ServeAsync(
            "name: too-long\nsteps:\n  - error: {status: 400, type: invalid_request_error, message: \"prompt is too long: 250000 tokens > 200000 maximum\"}",
            "name: no-model\nsteps:\n  - error: {status: 404, type: not_found_error, message: \"model: sonet\"}",
            "name: budget\nsteps:\n  - error: {status: 400, type: invalid_request_error, message: \"AWOC: token budget of task 1: 5000 used\"}");
        await using var run = await StartAsync(server, $"rehearsal/{scenario.Replace('?', ',')}", caller: ("CLAUDE_CODE_MAX_RETRIES", "0"));
        var verdict = _runner.Judge(await run.EndAsync());
        Assert.Equal(reason, verdict.Reason);
        Assert.Equal(reason == EndReason.Tokens ? TaskOutcome.BudgetExhausted : TaskOutcome.Failed, verdict.Outcome);
        Assert.Contains("; ", verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Judge_NobodyListens_IsNetwork()
    {
        var server = await ServeAsync();
        await server.DisposeAsync();
        await using var run = await StartAsync(server, "sonnet", caller: ("CLAUDE_CODE_MAX_RETRIES", "0"));
        Assert.Equal(EndReason.Network, _runner.Judge(await run.EndAsync()).Reason);
    }

    [Fact]
    public async Task InterruptLine_DuringATool_EndsItWithAResultAndLeavesNoChild()
    {
        await using var server = await ServeAsync();
        var marker = $"{Random.Shared.Next(100_000, 999_999)}";
        await using var run = await StartAsync(server, $"rehearsal/sleep,seconds={marker}");
        await run.WaitForAsync(e => e is AgentEvent.ToolCall);
        await Eventually.TrueAsync(() => Sleeping(marker), s_soon, "the tool to sleep");
        var watch = Stopwatch.StartNew();
        await run.InterruptAsync();
        var evidence = await run.EndAsync();

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"it took {watch.Elapsed}");
        Assert.Equal("error_during_execution", evidence.End!.Kind);
        Assert.Equal(TaskOutcome.Failed, _runner.Judge(evidence).Outcome);
        await Eventually.TrueAsync(() => !Sleeping(marker), s_soon, "the sleep to be ended");
    }

    [Fact]
    public async Task Judge_KilledByASignal_IsACrash()
    {
        await using var server = await ServeAsync();
        await using var run = await StartAsync(server, "rehearsal/hang");
        await server.Log.WaitAsync(log => log.MessageRequests.Count > 0);
        run.KillNine();
        Assert.Equal(EndReason.AgentCrashed, _runner.Judge(await run.EndAsync()).Reason);
    }

    [Fact]
    public async Task Plan_Resume_GoesOnWithTheEarlierConversation()
    {
        await using var server = await ServeAsync();
        var session = Guid.NewGuid().ToString();
        await RunAsync(server, "rehearsal/ok", context => context with { Session = session, Prompt = "The first question." });
        var (evidence, _) = await RunAsync(server, "rehearsal/ok", context => context with { Resume = session, Prompt = "The second question." });
        Assert.Equal(AttemptVerdict.Success, _runner.Judge(evidence));
        var body = server.Log.MessageRequests[^1].Body;
        Assert.Contains("The first question.", body, StringComparison.Ordinal);
        Assert.Contains("The second question.", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_SubscriptionToken_IsForwardedUnderTheAttemptsPath()
    {
        await using var server = await ServeAsync();
        var caller = _place.Caller(("CLAUDE_CODE_OAUTH_TOKEN", "subscription-bearer"), ("CLAUDE_CODE_MAX_RETRIES", "0"));
        var availability = _runner.Probe(new AgentEnvironment(caller, false, Settings()));
        Assert.Equal((UpstreamAuth.PassThrough, true), (availability.Upstream!.Auth, availability.CanRun));
        var context = _place.Context(availability, "sonnet");
        var plan = _runner.Plan(context with { Spec = context.Spec with { Rehearsal = false } });
        await using var run = await PlanRun.StartAsync(_runner, plan, _place.Cwd, caller, new Uri(server.BaseUrl).Port);
        await run.EndAsync();
        var requests = server.Log.Requests.Where(r => r.Method == "POST").ToList();
        Assert.NotEmpty(requests);
        Assert.All(requests, r => Assert.Equal(("/a/attempt-token/v1/messages", "subscription-bearer"), (r.Path, r.Credential)));
    }

    [Theory]
    [InlineData("settings.json", "true", false)]
    [InlineData("settings.json", "true", true)]
    [InlineData("../.claude.json", "true", true)]
    [InlineData("../.claude.json", "false", false)]
    public async Task Plan_SettingsThatLeadElsewhere_StillGoToTheGateway(string file, string userSettings, bool subscription)
    {
        await using var gateway = await ServeAsync();
        await using var elsewhere = await ServeAsync();
        string[] detours =
        [
            $$$"""{"env":{"ANTHROPIC_BASE_URL":"{{{elsewhere.BaseUrl}}}","ANTHROPIC_API_KEY":"own","HTTP_PROXY":"{{{elsewhere.BaseUrl}}}","NO_PROXY":""}}""",
            $$$"""{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_REGION":"us-east-1","CLAUDE_CODE_SKIP_BEDROCK_AUTH":"1","ANTHROPIC_BEDROCK_BASE_URL":"{{{elsewhere.BaseUrl}}}"}}""",
        ];
        foreach (var detour in detours)
        {
            Directory.CreateDirectory(Path.Combine(_place.Home, ".claude"));
            await File.WriteAllTextAsync(Path.Combine(_place.Home, ".claude", file), detour);
            var caller = _place.Caller(
                (subscription ? "CLAUDE_CODE_OAUTH_TOKEN" : "ANTHROPIC_API_KEY", "a-credential"), ("CLAUDE_CODE_MAX_RETRIES", "0"), ("ANTHROPIC_UNIX_SOCKET", "/nowhere"));
            var settings = Settings();
            settings["user_settings"] = userSettings;
            var context = _place.Context(_runner.Probe(new AgentEnvironment(caller, false, settings)), "sonnet") with { Settings = settings };
            var plan = _runner.Plan(context with { Spec = context.Spec with { Rehearsal = false } });
            var before = gateway.Log.Requests.Count;
            await using var run = await PlanRun.StartAsync(_runner, plan, _place.Cwd, caller, new Uri(gateway.BaseUrl).Port);
            await run.EndAsync();
            Assert.Empty(elsewhere.Log.Requests);
            var posted = gateway.Log.Requests.Skip(before).Where(r => r.Method == "POST").ToList();
            Assert.NotEmpty(posted);
            Assert.All(posted, r => Assert.Equal(subscription ? ("/a/attempt-token/v1/messages", "a-credential") : ("/v1/messages", "attempt-token"), (r.Path, r.Credential)));
        }
    }

    [Fact]
    public async Task Plan_ToolOffTheList_IsDeniedWithoutEndingTheTask()
    {
        await using var server = await ServeAsync("""
            name: wants-bash
            steps:
              - tool: {name: Bash, input: {command: "touch made-by-bash", description: Touch}}
              - text: "I could not."
            """);
        var (evidence, events) = await RunAsync(server, "rehearsal/wants-bash", context => context with
        {
            Settings = new Dictionary<string, string> { ["tools"] = "Read, Write, Bash(git status *)" },
        });
        Assert.True(Assert.Single(events.OfType<AgentEvent.ToolResult>()).IsError);
        Assert.Equal(["Bash"], evidence.End!.Denials);
        Assert.False(File.Exists(Path.Combine(_place.Cwd, "made-by-bash")));
    }

    public void Dispose() => _place.Dispose();

    private static Task<RehearsalServer> ServeAsync(params string[] scenarios) => RehearsalServer.StartAsync(new RehearsalOptions
    {
        Scenarios = [.. scenarios.Select(yaml => ScenarioSource.Parse(yaml) is { Scenario: { } source } ? source : throw new FormatException(yaml))],
    });

    private static Dictionary<string, string> Settings() => new() { ["path"] = RealClaude.Path };

    private async Task<(AttemptEvidence Evidence, IReadOnlyList<AgentEvent> Events)> RunAsync(
        RehearsalServer server, string model, Func<AttemptContext, AttemptContext>? change = null)
    {
        await using var run = await StartAsync(server, model, change);
        return (await run.EndAsync(), run.Events);
    }

    private async Task<PlanRun> StartAsync(
        RehearsalServer server, string model, Func<AttemptContext, AttemptContext>? change = null, params (string, string)[] caller)
    {
        var variables = _place.Caller(caller);
        var availability = _runner.Probe(new AgentEnvironment(variables, true, Settings()));
        Assert.Null(availability.Missing);
        var context = _place.Context(availability, model);
        var plan = _runner.Plan(change is null ? context : change(context));
        return await PlanRun.StartAsync(_runner, plan, _place.Cwd, variables, new Uri(server.BaseUrl).Port);
    }

    private static bool Sleeping(string seconds) => Processes.WithCommandLine($"sleep {seconds}").Count > 0;
}
