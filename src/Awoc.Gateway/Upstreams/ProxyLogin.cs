using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;

namespace Awoc.Gateway.Upstreams;

/// <summary>The user and password of a proxy's address, <c>http://user:pass@host:port</c>.</summary>
internal sealed record ProxyLogin(NetworkCredential Credential)
{
    public AuthenticationHeaderValue Basic =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Credential.UserName}:{Credential.Password}")));

    /// <summary>Null for an address without one.</summary>
    public static ProxyLogin? Of(Uri proxy)
    {
        if (proxy.UserInfo.Length == 0) return null;
        var parts = proxy.UserInfo.Split(':', 2);
        return new ProxyLogin(new NetworkCredential(Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? "")));
    }

    public override string ToString() => "a proxy's login";
}

/// <summary>
/// Says the login with the first request where the proxy reads the requests themselves: asked for it with a 407, the handler
/// would have to send a body again that is gone. A tunnel to an <c>https</c> upstream is asked for before it has any.
/// </summary>
internal sealed class ProxyLoginHandler(ProxyLogin login, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { Scheme: "http", IsLoopback: false }) request.Headers.ProxyAuthorization = login.Basic;
        return base.SendAsync(request, cancellationToken);
    }
}
