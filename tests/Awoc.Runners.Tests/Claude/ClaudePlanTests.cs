using System.Collections.Immutable;
using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Runners.Claude;
using Awoc.Runners.Tests.Running;

namespace Awoc.Runners.Tests.Claude;

public sealed class ClaudePlanTests : IDisposable
{
    private static readonly AgentAvailability s_keyed = new(
        "/opt/cl aude/claude", "a key", new ModelUpstream(new Uri("https://api.anthropic.com"), UpstreamAuth.ApiKey, "real-key"), ["ANTHROPIC_API_KEY"], null);

    private readonly ClaudeRunner _runner = new();
    private readonly Workplace _place = new();

    [Fact]
    public void Plan_KeyMode_IsTheMeasuredCommandLine()
    {
        var context = Context(s_keyed) with { Session = "11111111-2222-3333-4444-555555555555" };
        var plan = _runner.Plan(context);
        Assert.Equal(
            [
                "/opt/cl aude/claude", "-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose", "--include-partial-messages",
                "--session-id", "11111111-2222-3333-4444-555555555555", "--model", "sonnet",
                "--tools", "Read,Write,Edit,Bash,WebFetch,Grep,Glob", "--allowedTools", "Read,Write,Edit,Bash,WebFetch,Grep,Glob",
                "--setting-sources", "", "--strict-mcp-config", "--disable-slash-commands",
            ],
            plan.Argv);
        Assert.Equal("http://127.0.0.1:{relayPort}", plan.Environment["ANTHROPIC_BASE_URL"]);
        Assert.Null(plan.Environment["ANTHROPIC_AUTH_TOKEN"]);
        Assert.Null(plan.Environment["CLAUDECODE"]);
        Assert.Equal("127.0.0.1,localhost", plan.Environment["NO_PROXY"]);
        Assert.Equal("1", plan.Environment["DISABLE_AUTOUPDATER"]);
        Assert.False(plan.Environment.ContainsKey("MAX_THINKING_TOKENS"));
        Assert.False(plan.Environment.ContainsKey("CLAUDE_CODE_MAX_OUTPUT_TOKENS"));
        Assert.Equal([new("ANTHROPIC_API_KEY", "attempt-token")], plan.SecretEnvironment);
        Assert.Equal(["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"], plan.WithheldSecrets);
        Assert.True(plan.KeepStdin && plan.StructuredOutput);
        Assert.EndsWith("\n", plan.StdinFirst, StringComparison.Ordinal);
        using var first = JsonDocument.Parse(plan.StdinFirst);
        Assert.Equal(context.Prompt, first.RootElement.GetProperty("message").GetProperty("content").GetString());
        Assert.All(plan.InterruptLine!.Split('\n'), line => JsonDocument.Parse(line).Dispose());
    }

    [Fact]
    public void Plan_SharedContext_EndsTheSystemPromptThatIsTheSameInEveryDirectory()
    {
        var shared = new SharedContext(["the map", "the files"], "/tasks/1/shared-context.md", ForAnHour: false);
        var plan = _runner.Plan(Context(s_keyed) with { Shared = shared });
        Assert.Contains("--append-system-prompt-file /tasks/1/shared-context.md --exclude-dynamic-system-prompt-sections", string.Join(' ', plan.Argv), StringComparison.Ordinal);
        Assert.False(plan.Environment.ContainsKey("ENABLE_PROMPT_CACHING_1H"));
        Assert.Equal("1", _runner.Plan(Context(s_keyed) with { Shared = shared with { ForAnHour = true } }).Environment["ENABLE_PROMPT_CACHING_1H"]);
    }

    [Fact]
    public void HeadOf_WhatChangesToolsOrEffort_IsAnotherHead()
    {
        var spec = Context(s_keyed).Spec;
        var attempt = new AttemptHead(spec, 20_000, null, new Dictionary<string, string>());
        var head = _runner.HeadOf(attempt);
        Assert.Equal(head, _runner.HeadOf(attempt with { TokensLeft = 90_000, Spec = spec with { Cwd = "/elsewhere", Description = "other", Output = "/x" } }));
        Assert.NotEqual(head, _runner.HeadOf(attempt with { TokensLeft = 5_000 }));
        Assert.NotEqual(head, _runner.HeadOf(attempt with { Schema = "{}" }));
        Assert.NotEqual(head, _runner.HeadOf(attempt with { Spec = spec with { Model = "opus" } }));
        Assert.NotEqual(head, _runner.HeadOf(attempt with { Settings = new Dictionary<string, string> { ["tools"] = "Read" } }));
    }

    [Fact]
    public void Plan_AnyMode_KeepsTheTokenAndTheRealKeyOffTheDisk()
    {
        foreach (var auth in new[] { UpstreamAuth.ApiKey, UpstreamAuth.Bearer, UpstreamAuth.PassThrough })
        {
            var plan = _runner.Plan(Context(s_keyed with { Upstream = new ModelUpstream(new Uri("https://x"), auth, "real-key") }));
            var onDisk = string.Join('\n', [.. plan.Argv, .. plan.Environment.Values, plan.StdinFirst, plan.InterruptLine]);
            Assert.DoesNotContain("attempt-token", onDisk, StringComparison.Ordinal);
            Assert.DoesNotContain("real-key", onDisk, StringComparison.Ordinal);
            Assert.DoesNotContain("real-key", string.Join('\n', plan.SecretEnvironment.Values), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Plan_Subscription_SendsTheTokenByThePathAndLeavesTheLogin()
    {
        var plan = _runner.Plan(Context(s_keyed with { Upstream = new ModelUpstream(new Uri("https://api.anthropic.com"), UpstreamAuth.PassThrough, null) }));
        Assert.Equal([new("ANTHROPIC_BASE_URL", "http://127.0.0.1:{relayPort}/a/attempt-token")], plan.SecretEnvironment);
        Assert.Null(plan.Environment["ANTHROPIC_API_KEY"]);
        Assert.False(plan.Environment.ContainsKey("ANTHROPIC_BASE_URL"));
        Assert.False(plan.Environment.ContainsKey("CLAUDE_CODE_OAUTH_TOKEN"));
        Assert.DoesNotContain("CLAUDE_CODE_OAUTH_TOKEN", plan.WithheldSecrets);
        Assert.DoesNotContain("--bare", plan.Argv);
    }

    [Theory]
    [InlineData(10_000, "0", "10000", true)]
    [InlineData(1, "0", "1", true)]
    [InlineData(-5, "0", "1", true)]
    [InlineData(10_001, null, "10001", false)]
    [InlineData(31_999, null, "31999", false)]
    [InlineData(32_000, null, null, false)]
    public void Plan_TokensLeft_SetTheAnswersLengthAndThinking(long left, string? thinking, string? output, bool lowEffort)
    {
        var plan = _runner.Plan(Context(s_keyed) with { TokensLeft = left });
        Assert.Equal(thinking, plan.Environment.GetValueOrDefault("MAX_THINKING_TOKENS"));
        Assert.Equal(output, plan.Environment.GetValueOrDefault("CLAUDE_CODE_MAX_OUTPUT_TOKENS"));
        Assert.Equal(lowEffort, plan.Argv.Contains("--effort"));
    }

    [Fact]
    public void Plan_CallersOwnWishes_AreKept()
    {
        var context = Context(s_keyed);
        var spec = context.Spec with
        {
            Environment = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string>
            {
                ["CLAUDE_CODE_EFFORT_LEVEL"] = "max",
                ["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] = "500",
                ["MAX_THINKING_TOKENS"] = "2048",
                ["no_proxy"] = "example.org, localhost",
            }),
        };
        var plan = _runner.Plan(context with { Spec = spec, TokensLeft = 4000 });
        Assert.DoesNotContain("--effort", plan.Argv);
        Assert.False(plan.Environment.ContainsKey("MAX_THINKING_TOKENS"));
        Assert.Equal("500", plan.Environment["CLAUDE_CODE_MAX_OUTPUT_TOKENS"]);
        Assert.Equal("example.org,localhost,127.0.0.1", plan.Environment["no_proxy"]);
    }

    [Theory]
    [InlineData("opus", 28_000, "21000")]
    [InlineData("opus[1m]", 100_000, "92000")]
    [InlineData("claude-opus-4-8", 100_000, "92000")]
    [InlineData("claude-opus-4-8-20260401", 100_000, "92000")]
    [InlineData("opus", 26_000, null)]
    [InlineData("opus", 5_000, null)]
    [InlineData("sonnet", 100_000, null)]
    [InlineData("claude-opus-4-80", 100_000, null)]
    [InlineData(null, 100_000, null)]
    public void Plan_TaskBudget_OnlyWhereModelAndSizeTakeIt(string? model, long left, string? total)
    {
        var context = Context(s_keyed);
        context = context with { Spec = context.Spec with { Model = model }, TokensLeft = left };
        Assert.Equal(total, TaskBudget(context));
        Assert.Null(TaskBudget(context with { Availability = s_keyed with { Upstream = new ModelUpstream(new Uri("https://proxy.example"), UpstreamAuth.ApiKey, "k") } }));
        Assert.Null(TaskBudget(context with
        {
            Spec = context.Spec with { Environment = ImmutableSortedDictionary<string, string>.Empty.Add("ANTHROPIC_DEFAULT_OPUS_MODEL", "another"), Model = "opus" },
        }));
    }

    [Theory]
    [InlineData(OnPermission.Ask, true)]
    [InlineData(OnPermission.Deny, false)]
    public void Plan_OnPermission_OpensTheChannelOnlyToAsk(OnPermission policy, bool open)
    {
        var context = Context(s_keyed);
        var line = string.Join('|', _runner.Plan(context with { Spec = context.Spec with { OnPermission = policy } }).Argv);
        Assert.Equal(open, line.Contains("--permission-prompt-tool|stdio", StringComparison.Ordinal));
        Assert.Contains("--allowedTools|Read,Write", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_SettingsAndResume_ShowInTheArguments()
    {
        var context = Context(s_keyed) with
        {
            Resume = "earlier",
            Session = "later",
            TokensLeft = 5000,
            Settings = new Dictionary<string, string>
            {
                ["tools"] = "Read, Bash(git diff *, git log *), Task, Bash(ls)",
                ["effort"] = "high",
                ["user_settings"] = "true",
            },
        };
        var line = string.Join('|', _runner.Plan(context).Argv);
        Assert.Contains("--resume|earlier|--fork-session|--session-id|later", line, StringComparison.Ordinal);
        Assert.Contains("--effort|high", line, StringComparison.Ordinal);
        Assert.Contains("--tools|Read,Bash|--allowedTools|Read,Bash(git diff *, git log *),Bash(ls)", line, StringComparison.Ordinal);
        Assert.DoesNotContain("--setting-sources", line, StringComparison.Ordinal);
        using var settings = JsonDocument.Parse(_runner.Plan(context).Argv[^1]);
        var env = settings.RootElement.GetProperty("env").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString());
        Assert.Equal("http://127.0.0.1:{relayPort}", env["ANTHROPIC_BASE_URL"]);
        Assert.Equal("", env["CLAUDE_CODE_USE_BEDROCK"]);
        Assert.EndsWith("--tools||--setting-sources||--strict-mcp-config|--disable-slash-commands",
            string.Join('|', _runner.Plan(Context(s_keyed) with { Settings = new Dictionary<string, string> { ["tools"] = "" } }).Argv), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sonnet", null)]
    [InlineData("opus[1m]", null)]
    [InlineData("claude-haiku-4-5-20251001", null)]
    [InlineData("rehearsal", null)]
    [InlineData("rehearsal/turns,n=5", null)]
    [InlineData("sonet", "did you mean sonnet")]
    [InlineData("rehersal", "did you mean rehearsal")]
    [InlineData("gpt-5", "sonnet, opus, haiku")]
    [InlineData("-p", "sonnet")]
    [InlineData("", "sonnet")]
    [InlineData("a b\u001b", "sonnet")]
    public void Validate_Model_TakesWhatTheCliTakes(string model, string? allowed)
    {
        var faults = _runner.Validate(_place.Context(s_keyed, model).Spec).ToList();
        if (allowed is null)
        {
            Assert.Empty(faults);
            return;
        }

        var fault = Assert.Single(faults);
        Assert.Equal("--model", fault.Field);
        Assert.Contains(allowed, fault.Allowed, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', fault.Value);
    }

    [Theory]
    [InlineData("claude-haiku-4-5", "claude-haiku-4-5")]
    [InlineData("claude-opus-4-8[1m]", "claude-opus-4-8[1m]")]
    [InlineData("opus[1m]", "own-opus")]
    [InlineData("sonnet", null)]
    [InlineData("default", null)]
    public void ModelAsked_Alias_IsKnownByTheUsersVariableOnly(string model, string? asked)
    {
        var spec = _place.Context(s_keyed, model).Spec;
        var variables = ImmutableSortedDictionary<string, string>.Empty.Add("ANTHROPIC_DEFAULT_OPUS_MODEL", "own-opus");
        Assert.Equal(asked, _runner.ModelAsked(spec with { Environment = variables }));
    }

    [Fact]
    public void Validate_AnotherBaseUrl_MayServeAnyModel()
    {
        var spec = _place.Context(s_keyed, "qwen3-coder").Spec;
        Assert.NotEmpty(_runner.Validate(spec));
        Assert.Empty(_runner.Validate(spec with { Environment = ImmutableSortedDictionary<string, string>.Empty.Add("ANTHROPIC_BASE_URL", "http://proxy") }));
    }

    public void Dispose() => _place.Dispose();

    private string? TaskBudget(AttemptContext context)
    {
        var argv = _runner.Plan(context).Argv.ToList();
        var at = argv.IndexOf("--task-budget");
        return at < 0 ? null : argv[at + 1];
    }

    private AttemptContext Context(AgentAvailability availability)
    {
        var context = _place.Context(availability, "sonnet");
        return context with { Spec = context.Spec with { Rehearsal = false, Budget = new Budget(50_000, 600) } };
    }
}
