using Awoc.Core.Agents;

namespace Awoc.Gateway.Upstreams;

/// <summary>Where a lease's requests go and with what credential, checked once when it opens.</summary>
/// <param name="Prefix">What a request's path is appended to.</param>
/// <param name="Proxy">The launching shell's proxy, its login included; null for none.</param>
/// <param name="SocketPath">The unix socket to connect to; null for TCP.</param>
internal sealed record UpstreamTarget(string Prefix, string? SocketPath, UpstreamAuth Auth, string? Secret, Uri? Proxy = null)
{
    public static UpstreamTarget Of(GatewayLease lease)
    {
        if (string.IsNullOrWhiteSpace(lease.Token)) throw new ArgumentException($"{lease} has no token", nameof(lease));
        if (!Path.IsPathRooted(lease.LedgerPath)) throw new ArgumentException($"{lease}: the ledger path '{lease.LedgerPath}' is not absolute", nameof(lease));

        var upstream = lease.Upstream;
        var secret = upstream.Auth == UpstreamAuth.PassThrough ? null : SecretOf(lease);
        if (!upstream.BaseUrl.IsAbsoluteUri) throw Unsuitable(lease);
        return upstream.BaseUrl.Scheme switch
        {
            "http" or "https" => new UpstreamTarget(upstream.BaseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/'), null, upstream.Auth, secret, upstream.Proxy),
            UnixUpstream.Scheme when UnixUpstream.TryParse(upstream.BaseUrl, out var socket, out var path) =>
                new UpstreamTarget($"http://localhost{path}", socket, upstream.Auth, secret),
            _ => throw Unsuitable(lease),
        };
    }

    /// <summary>A record prints its members: the secret is to stay out of every log.</summary>
    public override string ToString() => SocketPath is null ? $"{Prefix} ({Auth})" : $"unix:{SocketPath} ({Auth})";

    private static string SecretOf(GatewayLease lease)
    {
        // A key read from a file often has its newline still on, which no header can carry.
        var secret = lease.Upstream.Secret?.Trim();
        if (string.IsNullOrEmpty(secret)) throw new ArgumentException($"{lease}: its upstream has no credential", nameof(lease));
        if (secret.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException($"{lease}: the credential has characters that no HTTP header can carry; set it again", nameof(lease));
        }

        return secret;
    }

    private static ArgumentException Unsuitable(GatewayLease lease) => new(
        $"{lease}: the upstream '{lease.Upstream.BaseUrl}' is no http, https or unix:///SOCKET?path=/PREFIX URL", nameof(lease));
}
