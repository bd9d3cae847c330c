using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Runners.Credentials;

namespace Awoc.Runners.Claude;

/// <summary>Finds the CLI and a credential for it, in the CLI's own order: bearer token, key, subscription token, then what the settings lead to, then a login.</summary>
internal static class ClaudeProbe
{
    /// <summary>Set, they send model calls to a cloud's own API, past the gateway.</summary>
    private static readonly string[] s_clouds =
        ["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY", "CLAUDE_CODE_USE_MANTLE", "CLAUDE_CODE_USE_ANTHROPIC_AWS"];

    public static IReadOnlyList<string> Clouds => s_clouds;

    public static AgentAvailability Look(AgentEnvironment environment, KeyCommand command)
    {
        var variables = environment.Variables;
        var program = Executable.Find(environment.Settings.Value(AgentSettings.Path) ?? "claude", variables.GetValueOrDefault("PATH"));
        var missing = program.Fault is null
            ? null
            : $"{program.Fault}: install Claude Code (npm install -g @anthropic-ai/claude-code), or set 'path' for the agent claude in config.yaml";
        if (environment.Rehearsal) return new AgentAvailability(program.Path, "none needed: rehearsal", null, [], missing);

        if (s_clouds.FirstOrDefault(name => variables.Value(name) is { } set && set is not ("0" or "false")) is { } cloud)
            missing ??= $"{cloud} is set: models of that cloud are not supported yet; unset it and use an Anthropic credential";
        var baseUrl = AnthropicCredential.Upstream(variables, out var fault);
        missing ??= fault;
        // What is missing already is said before a command is run for nothing.
        var credential = AnthropicCredential.FromVariables(variables)
            ?? SubscriptionToken(variables)
            ?? AnthropicCredential.FromSettings(environment with { LooksOnly = environment.LooksOnly || missing is not null }, command, out fault);
        missing ??= fault;
        if (fault is null) credential ??= Login(variables);
        missing ??= credential is null
            ? "no credential for Claude Code: set ANTHROPIC_API_KEY or api_key_file, or log in with 'claude' once, or try it with --model rehearsal"
            : null;
        return new AgentAvailability(
            program.Path, credential?.Where, credential?.At(baseUrl), credential?.Variable is { } name ? [name] : [], missing);
    }

    private static AnthropicCredential? SubscriptionToken(IReadOnlyDictionary<string, string> variables) =>
        variables.Value(AnthropicCredential.OauthToken) is null
            ? null
            : new AnthropicCredential(
                $"{AnthropicCredential.OauthToken} of the environment", AnthropicCredential.OauthToken, UpstreamAuth.PassThrough, null);

    private static AnthropicCredential? Login(IReadOnlyDictionary<string, string> variables)
    {
        var directory = variables.Value("CLAUDE_CONFIG_DIR")
            ?? (variables.Value("HOME") is { } home ? Path.Combine(home, ".claude") : null);
        if (directory is null) return null;
        var file = Path.Combine(directory, ".credentials.json");
        return HoldsLogin(file) ? new AnthropicCredential($"the login in {file}", null, UpstreamAuth.PassThrough, null) : null;
    }

    private static bool HoldsLogin(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("claudeAiOauth", out var login)
                && login.ValueKind == JsonValueKind.Object;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            return false;
        }
    }
}
