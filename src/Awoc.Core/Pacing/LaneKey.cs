using System.Security.Cryptography;
using System.Text;
using Awoc.Core.Agents;

namespace Awoc.Core.Pacing;

/// <summary>One credential at one model API, and one model: what a provider counts together.</summary>
/// <param name="Account">The API's host and a mark of the credential, as <see cref="AccountOf"/> makes it: never the credential itself.</param>
/// <param name="Model">As the API is asked for it, without a suffix in brackets.</param>
public readonly record struct LaneKey(string Account, string Model)
{
    /// <summary>The account of an agent's own login: its bearer changes every few hours, the account behind it does not.</summary>
    public const string Login = "login";

    private const char Mark = '#';
    private const int MarkBytes = 6;

    public static LaneKey Of(ModelUpstream upstream, string? model) => new(AccountOf(upstream), Bare(model ?? ""));

    /// <summary>Such as <c>api.anthropic.com#login</c>, or <c>api.anthropic.com#3f9a01c2b4d5</c> with a mark of the key.</summary>
    public static string AccountOf(ModelUpstream upstream)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        var url = upstream.BaseUrl;
        var host = url.Scheme is "http" or "https" ? url.Authority : $"{Path.GetFileName(url.AbsolutePath)}{Uri.UnescapeDataString(url.Query).Replace("?path=", "", StringComparison.Ordinal)}";
        var who = upstream is { Auth: not UpstreamAuth.PassThrough, Secret: { } secret } ? MarkOf(secret.Trim()) : Login;
        return $"{host}{Mark}{who}";
    }

    /// <summary>The host of an account, for a person.</summary>
    public static string HostOf(string account) => account.Split(Mark)[0];

    /// <summary><c>claude-opus-4-8[1m]</c> is limited together with <c>claude-opus-4-8</c>.</summary>
    public static string Bare(string model) => model.IndexOf('[', StringComparison.Ordinal) is > 0 and var at ? model[..at] : model;

    public override string ToString() => $"{Account}/{Model}";

    private static string MarkOf(string secret) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"awoc lane {secret}")).AsSpan(0, MarkBytes));
}
