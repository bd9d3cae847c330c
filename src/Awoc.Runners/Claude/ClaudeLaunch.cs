using System.Globalization;
using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;

namespace Awoc.Runners.Claude;

/// <summary>
/// The launch of one attempt. Tools on the allow list, <c>Write</c> outside the working directory among them, run without
/// a question in the default permission mode, as root too, so no bypass is needed; anything else is denied, or asked about on
/// standard output where the task wants that.
/// </summary>
internal static class ClaudeLaunch
{
    /// <summary>Output tokens the CLI asks for at most where nothing is set: what its smallest model does.</summary>
    private const long DefaultMaxOutput = 32_000;

    /// <summary>Up to so many tokens left, thinking and sub-agents would eat the report.</summary>
    private const long SmallBudget = 10_000;

    private static readonly string[] s_subAgentTools = ["Task", "Agent", "Workflow"];

    /// <summary>Set by a Claude Code that <c>awoc run</c> was called from; they would make the agent take itself for its child.</summary>
    private static readonly string[] s_parentSession =
        ["CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SSE_PORT", "CLAUDE_CODE_SESSION_ID", "CLAUDE_CODE_CHILD_SESSION"];

    /// <summary>
    /// A settings file's <c>env</c> outranks the environment, the global one even where no settings are loaded. With this
    /// set, the CLI passes over what there chooses a provider, an address, a credential or a proxy, as for a host that routes
    /// its calls, and leaves the subscription's path, which holds the token, off the command line.
    /// </summary>
    private const string HostRoutes = "CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST";

    /// <summary>Set, model calls go to that socket whatever their address is.</summary>
    private const string Socket = "ANTHROPIC_UNIX_SOCKET";

    private const string EffortLevel = "CLAUDE_CODE_EFFORT_LEVEL";

    private const string ThinkingTokens = "MAX_THINKING_TOKENS";

    private const string Interrupt =
        """{"type":"control_request","request_id":"awoc-interrupt","request":{"subtype":"interrupt"}}""";

    private const string EndSession =
        """{"type":"control_request","request_id":"awoc-end","request":{"subtype":"end_session"}}""";

    public static LaunchPlan Plan(AttemptContext context)
    {
        var userSettings = context.Settings.Flag(AgentSettings.UserSettings);
        var passThrough = context.Availability.Upstream?.Auth == UpstreamAuth.PassThrough && !context.Spec.Rehearsal;
        var environment = Environment(context, userSettings);
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        if (passThrough)
        {
            // The CLI sends its own bearer, so the token has to go by the path.
            secrets[AnthropicCredential.BaseUrl] = $"{AttemptContext.GatewayUrl}/a/{context.GatewayToken}";
            environment[AnthropicCredential.ApiKey] = null;
        }
        else
        {
            environment[AnthropicCredential.BaseUrl] = AttemptContext.GatewayUrl;
            environment[AnthropicCredential.OauthToken] = null;
            secrets[AnthropicCredential.ApiKey] = context.GatewayToken;
        }

        return new LaunchPlan
        {
            Argv = Arguments(context, userSettings, passThrough),
            Environment = environment,
            SecretEnvironment = secrets,
            StdinFirst = UserMessage(context.Prompt) + "\n",
            KeepStdin = true,
            InterruptLine = $"{Interrupt}\n{EndSession}",
            WithheldSecrets = passThrough
                ? [AnthropicCredential.ApiKey, AnthropicCredential.AuthToken]
                : [AnthropicCredential.ApiKey, AnthropicCredential.AuthToken, AnthropicCredential.OauthToken],
        };
    }

    private static List<string> Arguments(AttemptContext context, bool userSettings, bool passThrough)
    {
        var small = context.TokensLeft <= SmallBudget;
        List<string> argv =
        [
            context.Availability.Executable ?? "claude",
            "-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose", "--include-partial-messages",
        ];
        if (context.Resume is { } earlier) argv.AddRange(["--resume", earlier, "--fork-session"]);
        argv.AddRange(["--session-id", context.Session]);
        if (context.Spec.Model is { } model) argv.AddRange(["--model", model]);
        if (Effort(context.Spec, context.Settings, small) is { } effort) argv.AddRange(["--effort", effort]);

        var rules = Rules(context.Settings, small);
        argv.AddRange(["--tools", string.Join(',', ToolList.Names(rules))]);
        var asks = context.Spec.OnPermission == OnPermission.Ask;
        var allowed = asks ? ToolList.WithoutAsking(rules, context.Settings) : rules;
        if (allowed.Count > 0) argv.AddRange(["--allowedTools", string.Join(',', allowed)]);
        if (asks) argv.AddRange(["--permission-prompt-tool", "stdio"]);
        if (context.Schema is { } schema) argv.AddRange(["--json-schema", schema]);
        if (ClaudeTaskBudget.Of(context) is { } total) argv.AddRange(["--task-budget", total.ToString(CultureInfo.InvariantCulture)]);

        // Its own system prompt ends with the shared context then, and is the same in every directory: date, git status and the like go into the
        // first message.
        if (context.Shared is { } shared) argv.AddRange(["--append-system-prompt-file", shared.Path, "--exclude-dynamic-system-prompt-sections"]);

        if (!userSettings) argv.AddRange(["--setting-sources", "", "--strict-mcp-config", "--disable-slash-commands"]);
        else argv.AddRange(["--settings", Overrides(passThrough)]);
        return argv;
    }

    // {"env":{"CLAUDE_CODE_USE_BEDROCK":"",…,"ANTHROPIC_BASE_URL":"http://127.0.0.1:{relayPort}"}}
    /// <summary>What <see cref="HostRoutes"/> does, once more for a CLI too old to know it: settings of the command line are above the user's.</summary>
    private static string Overrides(bool passThrough)
    {
        var env = ClaudeProbe.Clouds.Select(name => $"\"{name}\":\"\"");
        if (!passThrough) env = env.Append($"\"{AnthropicCredential.BaseUrl}\":\"{AttemptContext.GatewayUrl}\"");
        return $$"""{"env":{ {{string.Join(',', env)}} } }""";
    }

    /// <summary>Tools and schema are tools of the request; a small budget changes them, and how hard the model thinks.</summary>
    public static string HeadOf(AttemptHead attempt)
    {
        var small = attempt.TokensLeft <= SmallBudget;
        var effort = Effort(attempt.Spec, attempt.Settings, small) ?? attempt.Spec.Environment.Value(EffortLevel);
        return string.Join(
            '\n',
            attempt.Spec.Model,
            effort,
            string.Join(',', ToolList.Names(Rules(attempt.Settings, small))),
            attempt.Settings.Flag(AgentSettings.UserSettings) ? $"the user's in {attempt.Spec.Cwd}" : "none",
            attempt.Schema);
    }

    private static IReadOnlyList<string> Rules(IReadOnlyDictionary<string, string> settings, bool small)
    {
        var rules = ToolList.Rules(settings);
        return small ? [.. rules.Where(rule => !s_subAgentTools.Contains(rule.Split('(', 2)[0]))] : rules;
    }

    private static string? Effort(TaskSpec spec, IReadOnlyDictionary<string, string> settings, bool small)
    {
        if (settings.Value(AgentSettings.Effort) is { } chosen) return chosen;
        return small && spec.Environment.Value(EffortLevel) is null ? "low" : null;
    }

    private static Dictionary<string, string?> Environment(AttemptContext context, bool userSettings)
    {
        var caller = context.Spec.Environment;
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [AnthropicCredential.AuthToken] = null,
            [HostRoutes] = "1",
            [Socket] = null,
            ["DISABLE_AUTOUPDATER"] = "1",
            ["DISABLE_TELEMETRY"] = "1",
            ["DISABLE_ERROR_REPORTING"] = "1",
            ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
        };
        foreach (var name in s_parentSession.Concat(ClaudeProbe.Clouds)) environment[name] = null;
        if (!userSettings) environment["CLAUDE_CODE_DISABLE_AUTO_MEMORY"] = "1";
        if (context.Shared is { ForAnHour: true }) environment["ENABLE_PROMPT_CACHING_1H"] = "1";
        NoProxy.AddTo(environment, caller);

        if (context.TokensLeft <= SmallBudget && caller.Value(ThinkingTokens) is null) environment[ThinkingTokens] = "0";
        if (context.TokensLeft < DefaultMaxOutput)
        {
            var own = long.TryParse(caller.Value("CLAUDE_CODE_MAX_OUTPUT_TOKENS"), CultureInfo.InvariantCulture, out var set) && set > 0
                ? set
                : DefaultMaxOutput;
            environment["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] = Math.Max(1, Math.Min(context.TokensLeft, own)).ToString(CultureInfo.InvariantCulture);
        }

        return environment;
    }

    // {"type":"user","message":{"role":"user","content":"…"}}
    internal static string UserMessage(string text)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "user"u8);
            json.WriteStartObject("message"u8);
            json.WriteString("role"u8, "user"u8);
            json.WriteString("content"u8, text);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
