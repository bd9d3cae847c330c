using System.Diagnostics;
using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Awoc.Runners.Claude;
using Awoc.Runners.Tests.Running;
using Awoc.TestKit;

namespace Awoc.Runners.Tests.Claude;

/// <summary>What is said to the real Claude Code while it runs: a report after the budget's refusal, an interrupt, answers to its questions.</summary>
public sealed class ClaudeTurnTests : IDisposable
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    private const string BudgetRefusal = "AWOC: token budget of task 1: 3750 used, 1250 kept for the report";

    private readonly ClaudeRunner _runner = new();
    private readonly Workplace _place = new();

    [Theory]
    [InlineData("claude-opus-4-8", 50_000)]
    [InlineData("sonnet", 50_000)]
    [InlineData("haiku", 5_000)]
    public async Task Report_AfterTheBudgetsRefusal_IsASecondTurnWithoutThinking(string model, long tokens)
    {
        await using var server = await ServeAsync($$"""
            name: spent
            steps:
              - text: "Looking."
                tool: {name: Bash, input: {command: "echo seen", description: Look} }
              - error: {status: 400, type: invalid_request_error, message: "{{BudgetRefusal}}"}
              - text: "The report so far."
            """, "spent");
        await using var run = await StartAsync(server, model, context => context with { TokensLeft = tokens });
        var first = await run.EndOfTurnAsync(1);
        var ended = DateTimeOffset.UtcNow;
        Assert.Equal((true, 400), (first.IsError, first.ApiStatus));
        Assert.Contains(BudgetRefusal, first.Answer, StringComparison.Ordinal);
        var refusal = Assert.Single(server.Log.MessageRequests, r => r.Status == 400);

        var said = DateTimeOffset.UtcNow;
        await run.SayAsync(_runner.Voice!.Report("Write the report now."));
        var second = await run.EndOfTurnAsync(2);
        Assert.Equal(("success", false, "The report so far."), (second.Kind, second.IsError, second.Answer));
        var watch = Stopwatch.StartNew();
        run.CloseInput();
        var evidence = await run.EndAsync();
        Assert.Equal(0, evidence.ExitCode);

        var report = server.Log.MessageRequests[^1];
        using var body = JsonDocument.Parse(report.Body!);
        Assert.NotEqual("adaptive", Thinking(body));
        Assert.NotEqual("enabled", Thinking(body));
        Assert.Contains("Write the report now.", report.Body, StringComparison.Ordinal);
        Assert.Contains("seen", report.Body, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{model}: 400 to result {(ended - refusal.EndedAt!.Value).TotalMilliseconds:0} ms, report line to request {(report.StartedAt - said).TotalMilliseconds:0} ms, "
            + $"end of input to exit {watch.ElapsedMilliseconds} ms, thinking {Thinking(body) ?? "absent"}");
    }

    [Fact]
    public async Task Interrupt_DuringATool_KeepsTheProcessForTheReport()
    {
        await using var server = await ServeAsync("""
            name: stuck
            steps:
              - text: "Waiting."
                tool: {name: Bash, input: {command: "echo begun > begun; sleep 7654322", description: Wait} }
              - text: "What I have."
            """, "stuck");
        await using var run = await StartAsync(server, "sonnet");
        await run.WaitForAsync(e => e is AgentEvent.ToolCall);
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(_place.Cwd, "begun")), s_soon, "the tool to begin");
        await run.SayAsync(_runner.Voice!.Interrupt);
        var first = await run.EndOfTurnAsync(1);
        Assert.Equal(("error_during_execution", true), (first.Kind, first.IsError));

        await run.SayAsync(_runner.Voice.Report("Time is up: write the report."));
        var second = await run.EndOfTurnAsync(2);
        Assert.Equal(("success", "What I have."), (second.Kind, second.Answer));
        Assert.Contains("Time is up", server.Log.MessageRequests[^1].Body, StringComparison.Ordinal);

        await run.SayAsync(_runner.Voice.Say("One more thing."));
        var third = await run.EndOfTurnAsync(3);
        Assert.False(third.IsError);
        Assert.Contains("One more thing.", server.Log.MessageRequests[^1].Body, StringComparison.Ordinal);
        run.CloseInput();
        await run.EndAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answer_ToACallOffTheList_IsObeyed(bool allow)
    {
        await using var server = await ServeAsync("""
            name: asks
            steps:
              - tool: {name: Bash, input: {command: "touch made-by-bash", description: Touch} }
              - text: "So be it."
            """, "asks");
        await using var run = await StartAsync(server, "sonnet", context => context with
        {
            Settings = new Dictionary<string, string> { ["tools"] = "Read, Write, Bash(git status *)" },
            Spec = context.Spec with { OnPermission = OnPermission.Ask },
        });
        var question = (AgentEvent.Question)await run.WaitForAsync(e => e is AgentEvent.Question);
        Assert.Equal("Bash", question.Tool);
        Assert.Contains("touch made-by-bash", question.Value, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_place.Cwd, "made-by-bash")));

        await run.SayAsync(_runner.Voice!.Answer(question, allow, allow ? null : "Not here, says the user."));
        var end = await run.EndOfTurnAsync(1);
        run.CloseInput();
        await run.EndAsync();
        Assert.Equal(("success", false, "So be it."), (end.Kind, end.IsError, end.Answer));
        Assert.Equal(allow, File.Exists(Path.Combine(_place.Cwd, "made-by-bash")));
        Assert.Equal(!allow, server.Log.MessageRequests[^1].Body!.Contains("Not here, says the user.", StringComparison.Ordinal));
        Assert.Equal(!allow, Assert.Single(run.Events.OfType<AgentEvent.ToolResult>()).IsError);
    }

    [Theory]
    [InlineData("opus", 100_000, 92_000)]
    [InlineData("opus", 20_000, null)]
    [InlineData("sonnet", 100_000, null)]
    public async Task Plan_TaskBudget_IsToldToTheModelWhereItTakesIt(string model, long tokens, int? total)
    {
        await using var server = await ServeAsync("name: one\nsteps:\n  - text: \"Done.\"", "one");
        await using var run = await StartAsync(server, model, context => context with
        {
            TokensLeft = tokens,
            Availability = context.Availability with { Upstream = new ModelUpstream(new Uri("https://api.anthropic.com"), UpstreamAuth.ApiKey, "k") },
        });
        await run.EndOfTurnAsync(1);
        run.CloseInput();
        await run.EndAsync();
        var request = Assert.Single(server.Log.MessageRequests);
        using var body = JsonDocument.Parse(request.Body!);
        int? told = body.RootElement.TryGetProperty("output_config", out var config) && config.TryGetProperty("task_budget", out var budget)
            ? budget.GetProperty("total").GetInt32()
            : null;
        Assert.Equal(total, told);
        Assert.Equal(total is not null, request.Headers["anthropic-beta"].Contains("task-budgets-", StringComparison.Ordinal));
    }

    public void Dispose() => _place.Dispose();

    private static string? Thinking(JsonDocument request) =>
        request.RootElement.TryGetProperty("thinking", out var thinking) ? thinking.GetProperty("type").GetString() : null;

    private static Task<RehearsalServer> ServeAsync(string yaml, string name) => RehearsalServer.StartAsync(new RehearsalOptions
    {
        Scenario = name,
        Scenarios = [ScenarioSource.Parse(yaml) is { Scenario: { } source } ? source : throw new FormatException(yaml)],
    });

    private async Task<PlanRun> StartAsync(RehearsalServer server, string model, Func<AttemptContext, AttemptContext>? change = null)
    {
        var variables = _place.Caller();
        var availability = _runner.Probe(new AgentEnvironment(variables, true, new Dictionary<string, string> { ["path"] = RealClaude.Path }));
        Assert.Null(availability.Missing);
        var context = _place.Context(availability, model);
        var plan = _runner.Plan(change is null ? context : change(context));
        return await PlanRun.StartAsync(_runner, plan, _place.Cwd, variables, new Uri(server.BaseUrl).Port, converse: true);
    }
}
