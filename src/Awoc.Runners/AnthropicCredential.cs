using Awoc.Core.Agents;

namespace Awoc.Runners;

/// <summary>A credential for Anthropic's Messages API, found in the caller's environment.</summary>
/// <param name="Where">In words for a person.</param>
/// <param name="Variable">The variable that holds it; null for a login file.</param>
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
