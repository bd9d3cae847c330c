using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Runners.Builtin;
using Awoc.Runners.Tests.Running;
using CsCheck;

namespace Awoc.Runners.Tests.Builtin;

/// <summary>The plan and the stream; the process itself runs in <c>Awoc.AgentHost.Tests</c>.</summary>
public sealed class BuiltinRunnerTests : IDisposable
{
    private static readonly AgentAvailability s_available = new("/opt/awoc/awoc-agent", null, null, [], null);

    private static readonly string[] s_lines =
    [
        """{"type":"session","session":"s1","model":"claude-sonnet-5","version":"0.1.0","resumedMessages":0}""",
        """{"type":"thinking","text":"hm"}""",
        """{"type":"text","text":"Looking."}""",
        """{"type":"tool_call","id":"t1","name":"Bash","input":{"command":"ls"}}""",
        """{"type":"tool_result","id":"t1","isError":true,"text":"Exit code 1"}""",
        """{"type":"usage","output":5,"thinking":1,"input":7,"cacheRead":3,"cacheWrite":2}""",
        """{"type":"retry","attempt":1,"max":10,"delayMs":512,"status":529,"error":"overloaded"}""",
        """{"type":"error","class":"rate_limit","status":429,"message":"slow down"}""",
        """{"type":"end","kind":"api_error","isError":true,"answer":"slow down","status":429,"usage":{"output":5,"thinking":1,"input":7,"cacheRead":3,"cacheWrite":2}}""",
    ];

    private readonly BuiltinRunner _runner = new();
    private readonly Workplace _place = new();

    [Fact]
    public void Read_EveryEvent_IsTyped()
    {
        var stream = _runner.OpenStream();
        var events = s_lines.SelectMany(line => stream.Read(Encoding.UTF8.GetBytes(line))).ToList();
        Assert.Equal(
            [
                new AgentEvent.Session("s1", "claude-sonnet-5", "0.1.0"),
                new AgentEvent.Thinking("hm"),
                new AgentEvent.Text("Looking."),
                new AgentEvent.ToolCall("t1", "Bash", """{"command":"ls"}"""),
                new AgentEvent.ToolResult("t1", true, "Exit code 1"),
                new AgentEvent.UsageReport(new Usage(5, 1, 7, 3, 2)),
                new AgentEvent.Retry(1, 10, TimeSpan.FromMilliseconds(512), 529, "overloaded"),
                new AgentEvent.ApiError("rate_limit", "slow down"),
            ],
            events.SkipLast(1));
        var end = Assert.IsType<AgentEvent.End>(events[^1]);
        Assert.Equal(("api_error", true, 429, new Usage(5, 1, 7, 3, 2)), (end.Kind, end.IsError, end.ApiStatus, end.Usage));
    }

    [Fact]
    public void Read_CutOrDamagedLines_NeverThrowsAndIsNeverASuccess()
    {
        var lines = s_lines.Select(Encoding.UTF8.GetBytes).ToArray();
        Gen.Select(Gen.Int[0, lines.Length - 1], Gen.Int[0, 300], Gen.Int[0, 300], Gen.Byte).Sample((which, cut, at, value) =>
        {
            var line = lines[which][..Math.Min(cut, lines[which].Length)];
            if (line.Length > 0) line[at % line.Length] = value;
            return !_runner.OpenStream().Read(line).OfType<AgentEvent.End>().Any(end => end is { IsError: false });
        }, iter: 20_000);
    }

    [Fact]
    public void Plan_Configuration_CarriesWhatTheAgentNeedsAndNoSecret()
    {
        var context = _place.Context(s_available, "opus", "Do \"this\"\nand $that") with
        {
            Resume = "earlier",
            Settings = new Dictionary<string, string> { ["tools"] = "Read, Bash", ["max_turns"] = "7" },
        };
        var plan = _runner.Plan(context);
        Assert.Equal(["/opt/awoc/awoc-agent", "run"], plan.Argv);
        Assert.Equal([new("ANTHROPIC_API_KEY", "attempt-token")], plan.SecretEnvironment);
        Assert.Equal("http://127.0.0.1:{relayPort}", plan.Environment["ANTHROPIC_BASE_URL"]);
        Assert.Contains("ANTHROPIC_API_KEY", plan.WithheldSecrets);
        Assert.DoesNotContain("attempt-token", plan.StdinFirst, StringComparison.Ordinal);
        Assert.Equal(1, plan.StdinFirst.Count(c => c == '\n'));

        using var config = JsonDocument.Parse(plan.StdinFirst);
        var root = config.RootElement;
        Assert.Equal(context.Prompt, root.GetProperty("prompt").GetString());
        Assert.Equal("claude-opus-4-8", root.GetProperty("model").GetString());
        Assert.Equal(("earlier", 7), (root.GetProperty("resume").GetString(), root.GetProperty("maxTurns").GetInt32()));
        Assert.Equal(["Read", "Bash"], root.GetProperty("tools").EnumerateArray().Select(t => t.GetString()));
    }

    [Fact]
    public void Plan_ModelNames_AreResolvedByTheTableOrTheUser()
    {
        Assert.Equal("claude-haiku-4-5-20251001", ModelOf("haiku"));
        Assert.Equal("claude-sonnet-5", ModelOf("default"));
        Assert.Equal("claude-opus-9", ModelOf("claude-opus-9"));
        Assert.Equal("rehearsal/ok", ModelOf("rehearsal/ok"));
        Assert.Equal("my-own", ModelOf("sonnet", ("ANTHROPIC_DEFAULT_SONNET_MODEL", "my-own")));
    }

    [Fact]
    public void Probe_SubscriptionAlone_IsNotEnough()
    {
        var settings = new Dictionary<string, string> { ["path"] = "/bin/sh" };
        var found = _runner.Probe(new AgentEnvironment(_place.Caller(("CLAUDE_CODE_OAUTH_TOKEN", "x")), false, settings));
        Assert.Contains("set ANTHROPIC_API_KEY", found.Missing, StringComparison.Ordinal);
        found = _runner.Probe(new AgentEnvironment(_place.Caller(("ANTHROPIC_API_KEY", "x")), false, settings));
        Assert.Equal((true, "/bin/sh", UpstreamAuth.ApiKey), (found.CanRun, found.Executable, found.Upstream!.Auth));
        settings["path"] = "/no/such/agent";
        Assert.StartsWith("/no/such/agent does not exist", _runner.Probe(new AgentEnvironment(_place.Caller(), true, settings)).Missing, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Probe_RuleForSomeCalls_IsRefusedByItsName(bool rehearsal)
    {
        var settings = new Dictionary<string, string> { ["path"] = "/bin/sh", ["tools"] = "Read, Bash(git diff *, git log *), Grep" };
        var caller = _place.Caller(("ANTHROPIC_API_KEY", "x"));
        var missing = _runner.Probe(new AgentEnvironment(caller, rehearsal, settings)).Missing;
        Assert.Contains("'Bash(git diff *, git log *)' in agents.builtin.tools", missing, StringComparison.Ordinal);
        settings["tools"] = "Read, Bash";
        Assert.Null(_runner.Probe(new AgentEnvironment(caller, rehearsal, settings)).Missing);
    }

    [Theory]
    [InlineData("refusal", EndReason.Refused)]
    [InlineData("budget", EndReason.Tokens)]
    [InlineData("max_turns", EndReason.Turns)]
    [InlineData("max_tokens", EndReason.OutputTooLong)]
    [InlineData("interrupted", EndReason.AgentError)]
    [InlineData("error", EndReason.AgentError)]
    [InlineData("novelty", EndReason.AgentError)]
    public void Judge_Kind_NamesTheReason(string kind, EndReason reason) => Assert.Equal(
        reason, _runner.Judge(new AttemptEvidence { ExitCode = 1, End = new AgentEvent.End { Kind = kind, IsError = true, Answer = "said" } }).Reason);

    [Fact]
    public void Judge_NoEndOrBadExit_IsACrash()
    {
        Assert.Equal(EndReason.AgentCrashed, _runner.Judge(new AttemptEvidence { Signal = 9 }).Reason);
        Assert.Equal(EndReason.AgentCrashed, _runner.Judge(new AttemptEvidence { ExitCode = 0 }).Reason);
        var end = new AgentEvent.End { Kind = "success", IsError = false };
        Assert.Equal(EndReason.AgentCrashed, _runner.Judge(new AttemptEvidence { ExitCode = 134, End = end }).Reason);
        Assert.Equal(AttemptVerdict.Success, _runner.Judge(new AttemptEvidence { ExitCode = 0, End = end }));
    }

    public void Dispose() => _place.Dispose();

    private string? ModelOf(string model, params (string Name, string Value)[] environment)
    {
        var context = _place.Context(s_available, model);
        var variables = environment.ToImmutableSortedDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
        using var config = JsonDocument.Parse(_runner.Plan(context with { Spec = context.Spec with { Environment = variables } }).StdinFirst);
        return config.RootElement.GetProperty("model").GetString();
    }
}
