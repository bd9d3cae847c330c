using System.Collections.Immutable;
using System.Diagnostics;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Awoc.Runners.Builtin;
using Awoc.Runners.Tests.Running;
using Awoc.TestKit;

namespace Awoc.AgentHost.Tests;

/// <summary>The real awoc-agent process, launched by the builtin runner's plan, against the rehearsal server.</summary>
public sealed partial class AgentRunTests : IDisposable
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    private readonly BuiltinRunner _runner = new();
    private readonly Workplace _place = new();

    [Fact]
    public async Task Run_WriteTarget_LeavesTheReportAndTheExactUsage()
    {
        await using var server = await ServeAsync();
        var (evidence, events) = await RunAsync(server, "rehearsal/write-target");
        Assert.Equal(AttemptVerdict.Success, _runner.Judge(evidence));
        Assert.StartsWith("# Rehearsed report", await File.ReadAllTextAsync(_place.Staging));
        Assert.Equal($"Wrote {_place.Staging}.", evidence.FinalText);
        Assert.Equal("rehearsal/write-target", Assert.IsType<AgentEvent.Session>(events[0]).Model);
        Assert.DoesNotContain(events, e => e is AgentEvent.Unknown);

        var requests = server.Log.MessageRequests;
        Assert.Equal(2, requests.Count);
        Assert.All(requests, r => Assert.Equal(("attempt-token", true), (r.Credential, r.Stream)));
        var usage = evidence.End!.Usage!;
        Assert.Equal(
            (requests.Sum(r => r.Usage!.Output), requests.Sum(r => r.Usage!.Input), requests.Sum(r => r.Usage!.CacheRead), requests.Sum(r => r.Usage!.CacheWrite)),
            ((int)usage.Output, (int)usage.Input, (int)usage.CacheRead, (int)usage.CacheWrite));
        Assert.Equal("", evidence.StderrTail);
    }

    [Fact]
    public async Task Run_RehearsalPlanner_WritesTheReportOfItsType()
    {
        await File.WriteAllTextAsync(Path.Combine(_place.Cwd, "main.py"), "# TODO: begin\nprint('hi')\n");
        await using var server = await ServeAsync();
        var (evidence, events) = await RunAsync(server, "rehearsal");
        Assert.Equal(AttemptVerdict.Success, _runner.Judge(evidence));
        Assert.Contains(events, e => e is AgentEvent.ToolCall { Name: not "Write" });
        var report = await File.ReadAllTextAsync(_place.Staging);
        Assert.All(["Executive Summary", "Key Findings", "Recommendations"], section => Assert.Contains($"## {section}", report, StringComparison.Ordinal));
        Assert.Contains("main.py", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EveryTool_DoesItsWork()
    {
        await File.WriteAllTextAsync(Path.Combine(_place.Cwd, "notes.txt"), "alpha\nbeta gamma\n");
        await using var server = await ServeAsync("""
            name: tools
            steps:
              - tool: {name: Read, input: {file_path: notes.txt} }
              - tool: {name: Edit, input: {file_path: notes.txt, old_string: alpha, new_string: omega} }
              - tool: {name: Grep, input: {pattern: "g.mma", output_mode: content} }
              - tool: {name: Glob, input: {pattern: "**/*.txt"} }
              - tool: {name: Bash, input: {command: "wc -l < notes.txt; echo key=$ANTHROPIC_API_KEY; exit 3"} }
              - tool: {name: WebFetch, input: {url: "http://127.0.0.1:9/x", prompt: look} }
              - tool: {name: Write, input: {file_path: "{{output}}", content: "# Report"} }
              - tool: {name: Frobnicate, input: {x: 1} }
              - text: "All done."
            """);
        var (evidence, events) = await RunAsync(server, "rehearsal/tools");
        Assert.Equal(AttemptVerdict.Success, _runner.Judge(evidence));
        var results = events.OfType<AgentEvent.ToolResult>().ToList();
        Assert.Equal([false, false, false, false, true, true, false, true], results.Select(r => r.IsError));
        Assert.Equal("     1\talpha\n     2\tbeta gamma\n", results[0].Value);
        Assert.Equal("omega\nbeta gamma\n", await File.ReadAllTextAsync(Path.Combine(_place.Cwd, "notes.txt")));
        Assert.Equal("notes.txt:2:beta gamma\n", results[2].Value);
        Assert.Equal(Path.Combine(_place.Cwd, "notes.txt"), results[3].Value);
        Assert.Equal("Exit code 3\n2\nkey=", results[4].Value);
        Assert.Contains("private network", results[5].Value, StringComparison.Ordinal);
        Assert.Equal("# Report", await File.ReadAllTextAsync(_place.Staging));
        Assert.Contains("there is no tool 'Frobnicate'", results[7].Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OverloadStorm_RecoversAndTellsOfEachRetry()
    {
        await using var server = await ServeAsync("name: storm\nsteps:\n  - error: {status: 529, times: 3}\n  - text: \"After the storm.\"");
        var (evidence, events) = await RunAsync(server, "rehearsal/storm");
        Assert.Equal((AttemptVerdict.Success, "After the storm."), (_runner.Judge(evidence), evidence.End!.Answer));
        Assert.Equal([(1, 529), (2, 529), (3, 529)], events.OfType<AgentEvent.Retry>().Select(r => (r.Attempt, r.Status!.Value)));
    }

    [Fact]
    public async Task Run_RetryAfter_IsTheLeastDelay()
    {
        await using var server = await ServeAsync("name: limited\nsteps:\n  - error: {status: 429, retryAfter: 2, times: 1}\n  - text: \"Ok.\"");
        var (_, events) = await RunAsync(server, "rehearsal/limited");
        Assert.Equal((TimeSpan.FromSeconds(2), 429, "rate_limit"), events.OfType<AgentEvent.Retry>().Select(r => (r.Delay, r.Status!.Value, r.Error!)).Single());
    }

    [Theory]
    [InlineData(41)]
    [InlineData(86_400)]
    public async Task Run_LimitThatIsFarAway_EndsAtOnceForTheTaskToWait(int seconds)
    {
        await using var server = await ServeAsync($"name: limited\nsteps:\n  - error: {{status: 429, retryAfter: {seconds}, times: 9}}\n  - text: \"Ok.\"");
        var (evidence, events) = await RunAsync(server, "rehearsal/limited");
        Assert.Equal(EndReason.RateLimited, _runner.Judge(evidence).Reason);
        Assert.Empty(events.OfType<AgentEvent.Retry>());
        Assert.Single(server.Log.MessageRequests);
    }

    [Fact]
    public async Task Run_CutStream_AsksAgain()
    {
        await using var server = await ServeAsync();
        var (evidence, events) = await RunAsync(server, "rehearsal/cut");
        Assert.Equal(AttemptVerdict.Success, _runner.Judge(evidence));
        Assert.StartsWith("This answer is whole.", evidence.FinalText, StringComparison.Ordinal);
        Assert.Single(events.OfType<AgentEvent.Retry>());
    }

    [Theory]
    [InlineData("refusal", EndReason.Refused)]
    [InlineData("max-tokens", EndReason.OutputTooLong)]
    [InlineData("auth", EndReason.Auth)]
    [InlineData("billing", EndReason.Billing)]
    [InlineData("bad-request", EndReason.BadRequest)]
    [InlineData("server-error", EndReason.ServerError)]
    [InlineData("overload,times=9", EndReason.Overloaded)]
    [InlineData("rate-limit,times=9", EndReason.RateLimited)]
    [InlineData("budget", EndReason.Tokens)]
    [InlineData("price", EndReason.BadRequest)]
    public async Task Judge_FailedModelCall_NamesTheReason(string scenario, EndReason reason)
    {
        await using var server = await ServeAsync(
            "name: budget\nsteps:\n  - error: {status: 400, type: invalid_request_error, message: \"AWOC: token budget of task 1: 5000 used\"}",
            "name: price\nsteps:\n  - error: {status: 400, type: invalid_request_error, message: \"AWOC: no price is known for model a-b, and the money of task 1 is limited; add it to /p\"}");
        var (evidence, _) = await RunAsync(server, $"rehearsal/{scenario}", context => context with
        {
            Settings = new Dictionary<string, string> { ["max_retries"] = "0" },
        });
        var verdict = _runner.Judge(evidence);
        Assert.Equal((reason, reason == EndReason.Tokens ? TaskOutcome.BudgetExhausted : TaskOutcome.Failed), (verdict.Reason, verdict.Outcome));
        Assert.Equal(1, evidence.ExitCode);
    }

    [Fact]
    public async Task Run_KilledAfterATurn_ResumesFromItsCheckpoint()
    {
        await using var server = await ServeAsync("""
            name: two-parts
            steps:
              - text: "First part."
                tool: {name: Bash, input: {command: "echo part one done"} }
              - tool: {name: Bash, input: {command: "sleep 1000", timeout: 600000} }
              - text: "Finished."
            """);
        string session;
        await using (var run = await StartAsync(server, "rehearsal/two-parts"))
        {
            session = ((AgentEvent.Session)await run.WaitForAsync(e => e is AgentEvent.Session)).Id;
            await run.WaitForAsync(e => e is AgentEvent.ToolCall call && call.Input.Contains("1000", StringComparison.Ordinal));
            run.KillNine();
            var evidence = await run.EndAsync();
            Assert.Equal(EndReason.AgentCrashed, _runner.Judge(evidence).Reason);
        }

        var next = Path.Combine(Path.GetDirectoryName(_place.Attempt)!, "2");
        var (resumed, events) = await RunAsync(server, "rehearsal/ok", context => context with
        {
            Directory = Directory.CreateDirectory(next).FullName,
            Attempt = 2,
            Resume = session,
            Prompt = "Go on.",
        });
        Assert.Equal(AttemptVerdict.Success, _runner.Judge(resumed));
        var body = server.Log.MessageRequests[^1].Body;
        Assert.Contains("First part.", body, StringComparison.Ordinal);
        Assert.Contains("part one done", body, StringComparison.Ordinal);
        Assert.Contains("Go on.", body, StringComparison.Ordinal);
        Assert.NotEqual(session, Assert.IsType<AgentEvent.Session>(events[0]).Id);
        Assert.Single(Directory.GetFiles(next, "session-*.json"));
    }

    [Fact]
    public async Task Run_UnknownSession_EndsWithOneClearError()
    {
        await using var server = await ServeAsync();
        var (evidence, _) = await RunAsync(server, "rehearsal/ok", context => context with { Resume = "no-such-session" });
        Assert.Equal(("error", ""), (evidence.End!.Kind, evidence.StderrTail));
        Assert.Contains("no-such-session has no checkpoint", evidence.End.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_Interrupted_EndsWellAndLeavesNoChild(bool byLine)
    {
        await using var server = await ServeAsync();
        var marker = $"{Random.Shared.Next(100_000, 999_999)}";
        await using var run = await StartAsync(server, $"rehearsal/sleep,seconds={marker}");
        await run.WaitForAsync(e => e is AgentEvent.ToolCall);
        await Eventually.TrueAsync(() => Sleeping(marker), s_soon, "the tool to sleep");
        if (byLine) await run.InterruptAsync();
        else Process.Start("kill", ["-TERM", $"{run.Pid}"]).WaitForExit();
        var evidence = await run.EndAsync();
        Assert.Equal(("interrupted", 1), (evidence.End!.Kind, evidence.ExitCode));
        Assert.Equal("Waiting.", Assert.Single(run.Events.OfType<AgentEvent.Text>()).Value);
        await Eventually.TrueAsync(() => !Sleeping(marker), s_soon, "the sleep to be ended");
    }

    [Fact]
    public async Task Run_InterruptedInMidStream_KeepsWhatWasSaid()
    {
        await using var server = await ServeAsync();
        await using var run = await StartAsync(server, "rehearsal/slow,tokens=4000");
        await server.Log.WaitAsync(log => log.TotalGeneratedTokens > 20);
        await run.WaitForAsync(e => e is AgentEvent.Piece { Kind: PieceKind.Text });
        await run.InterruptAsync();
        var evidence = await run.EndAsync();
        Assert.Equal("interrupted", evidence.End!.Kind);
        Assert.StartsWith("Slowly.", evidence.FinalText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BashTimeout_EndsTheWholeGroup()
    {
        var marker = $"{Random.Shared.Next(100_000, 999_999)}";
        await using var server = await ServeAsync($$"""
            name: late
            steps:
              - tool: {name: Bash, input: {command: "echo begun; (trap '' TERM; sleep {{marker}}) & sleep {{marker}}", timeout: 500} }
              - text: "So it was."
            """);
        var (evidence, events) = await RunAsync(server, "rehearsal/late");
        Assert.Equal(AttemptVerdict.Success, _runner.Judge(evidence));
        var result = Assert.Single(events.OfType<AgentEvent.ToolResult>());
        Assert.True(result.IsError);
        Assert.Equal("begun\nCommand timed out after 0.5 s and was ended", result.Value);
        Assert.False(Sleeping(marker));
    }

    [Fact]
    public async Task Run_ServerLeftInTheBackground_LivesUntilTheAgentEnds()
    {
        var marker = $"{Random.Shared.Next(100_000, 999_999)}";
        await using var server = await ServeAsync($$"""
            name: background
            steps:
              - tool: {name: Bash, input: {command: "sleep {{marker}} & echo started"} }
              - tool: {name: Bash, input: {command: "pgrep -f 'sleep {{marker}}' > /dev/null && echo alive"} }
              - text: "Done."
            """);
        var (_, events) = await RunAsync(server, "rehearsal/background");
        Assert.Equal(["started", "alive"], events.OfType<AgentEvent.ToolResult>().Select(r => r.Value));
        Assert.False(Sleeping(marker));
    }

    [Fact]
    public async Task Run_NoConfiguration_SaysWhatIsExpected()
    {
        var program = Available().Executable!;
        var start = new ProcessStartInfo(program, "run") { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync("{nonsense");
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(2, process.ExitCode);
        Assert.Contains("is no configuration", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    public void Dispose() => _place.Dispose();

    private static Task<RehearsalServer> ServeAsync(params string[] scenarios) => RehearsalServer.StartAsync(new RehearsalOptions
    {
        Scenarios = [.. scenarios.Select(yaml =>
            ScenarioSource.Parse(yaml) is { Scenario: { } source } ? source : throw new FormatException(string.Join('\n', ScenarioSource.Parse(yaml).Faults)))],
    });

    private AgentAvailability Available()
    {
        var found = _runner.Probe(new AgentEnvironment(_place.Caller(), true, new Dictionary<string, string>()));
        Assert.Null(found.Missing);
        return found;
    }

    private async Task<(AttemptEvidence Evidence, IReadOnlyList<AgentEvent> Events)> RunAsync(
        RehearsalServer server, string model, Func<AttemptContext, AttemptContext>? change = null)
    {
        await using var run = await StartAsync(server, model, change);
        return (await run.EndAsync(), run.Events);
    }

    private async Task<PlanRun> StartAsync(RehearsalServer server, string model, Func<AttemptContext, AttemptContext>? change = null, bool converse = false)
    {
        var caller = _place.Caller();
        var context = _place.Context(Available(), model);
        context = context with { Spec = context.Spec with { Environment = caller.ToImmutableSortedDictionary(StringComparer.Ordinal) } };
        var plan = _runner.Plan(change is null ? context : change(context));
        return await PlanRun.StartAsync(_runner, plan, _place.Cwd, caller, new Uri(server.BaseUrl).Port, converse);
    }

    private static bool Sleeping(string seconds) => Processes.WithCommandLine($"sleep {seconds}").Count > 0;
}
