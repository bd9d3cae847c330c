using Awoc.Core.Agents;
using Awoc.Runners.Credentials;

namespace Awoc.Runners;

/// <summary>A credential for Anthropic's Messages API, found in the caller's environment or by the configuration.</summary>
/// <param name="Where">In words for a person.</param>
/// <param name="Variable">The variable that holds it; null for what can be had again: a login, a key file, a command.</param>
internal sealed record AnthropicCredential(string Where, string? Variable, UpstreamAuth Auth, string? Secret)
{
    public const string ApiKey = "ANTHROPIC_API_KEY";
    public const string AuthToken = "ANTHROPIC_AUTH_TOKEN";
    public const string OauthToken = "CLAUDE_CODE_OAUTH_TOKEN";
    public const string BaseUrl = "ANTHROPIC_BASE_URL";

    private static readonly Uri s_provider = new("https://api.anthropic.com");

    /// <summary>The bearer token before the key, as Claude Code itself has it.</summary>
    public static AnthropicCredential? FromVariables(IReadOnlyDictionary<string, string> variables)
    {
        if (variables.Value(AuthToken) is { } bearer) return new($"{AuthToken} of the environment", AuthToken, UpstreamAuth.Bearer, bearer);
        return variables.Value(ApiKey) is { } key ? new($"{ApiKey} of the environment", ApiKey, UpstreamAuth.ApiKey, key) : null;
    }

    /// <summary>The key that the agent's settings lead to: from the file, else from the command.</summary>
    /// <param name="fault">Why a source that is set gives none; it is not passed over then. Null when all is well.</param>
    /// <returns>Null when neither is set, or with a fault. Without its secret where no command is to be run.</returns>
    public static AnthropicCredential? FromSettings(AgentEnvironment environment, KeyCommand command, out string? fault)
    {
        fault = null;
        ConfiguredKey key;
        string where;
        if (environment.Settings.Value(AgentSettings.ApiKeyFile) is { } file)
        {
            where = $"{AgentSettings.ApiKeyFile} {file}";
            key = KeyFile.Read(file, environment.Variables.Value("HOME"));
        }
        else if (environment.Settings.Value(AgentSettings.ApiKeyCommand) is { } line)
        {
            where = environment.LooksOnly ? $"{AgentSettings.ApiKeyCommand}, run when a task starts" : AgentSettings.ApiKeyCommand;
            key = environment.LooksOnly ? default : command.Run(line, environment.Variables);
        }
        else
        {
            return null;
        }

        fault = key.Fault;
        return fault is null ? new AnthropicCredential(where, null, UpstreamAuth.ApiKey, key.Secret) : null;
    }

    /// <summary>The base URL of the environment, or the provider's.</summary>
    /// <param name="fault">What is wrong with the one in the environment; null when all is well.</param>
    public static Uri Upstream(IReadOnlyDictionary<string, string> variables, out string? fault)
    {
        fault = null;
        if (variables.Value(BaseUrl) is not { } text) return s_provider;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;
        fault = $"{BaseUrl} is no http or https URL: correct or unset it";
        return s_provider;
    }

    public ModelUpstream At(Uri baseUrl) => new(baseUrl, Auth, Secret);

    public override string ToString() => $"{Where} ({Auth})";
}
