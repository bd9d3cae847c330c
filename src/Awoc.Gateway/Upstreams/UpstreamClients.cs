using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;

namespace Awoc.Gateway.Upstreams;

/// <summary>The connections to upstreams: one pool for all over TCP, one for each proxy, one for each unix socket.</summary>
internal sealed class UpstreamClients : IDisposable
{
    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _unix = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _proxied = new(StringComparer.Ordinal);
    private readonly HttpMessageInvoker _tcp;
    private readonly GatewayOptions _options;

    public UpstreamClients(GatewayOptions options)
    {
        _options = options;
        _tcp = NewTcp(null);
    }

    public HttpMessageInvoker For(UpstreamTarget target) => target switch
    {
        { SocketPath: { } path } => _unix.GetOrAdd(path, NewUnix),
        { Proxy: { } proxy } => _proxied.GetOrAdd(proxy.OriginalString, _ => NewTcp(proxy)),
        _ => _tcp,
    };

    public void Dispose()
    {
        _tcp.Dispose();
        foreach (var client in _unix.Values.Concat(_proxied.Values)) client.Dispose();
    }

    private HttpMessageInvoker NewTcp(Uri? proxy)
    {
        var handler = NewHandler();
        handler.UseProxy = proxy is not null;
        if (proxy is null) return new HttpMessageInvoker(handler);

        // Without the password in it: the handler quotes the address in what it throws.
        var address = new UriBuilder(proxy) { UserName = "", Password = "" }.Uri;
        var login = ProxyLogin.Of(proxy);
        handler.Proxy = new LoopbackBypass(new WebProxy(address) { Credentials = login?.Credential });
        return new HttpMessageInvoker(login is null ? handler : new ProxyLoginHandler(login, handler));
    }

    private HttpMessageInvoker NewUnix(string path)
    {
        var handler = NewHandler();
        handler.UseProxy = false;
        handler.ConnectCallback = (_, cancellation) => UnixUpstream.ConnectAsync(path, cancellation);
        return new HttpMessageInvoker(handler);
    }

    private SocketsHttpHandler NewHandler() => new()
    {
        // What comes goes on as it is: redirects, cookies and encodings are between the agent and the API.
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = _options.ConnectTimeout,
        EnableMultipleHttp2Connections = true,

        // A daemon runs for weeks: new connections see a changed DNS entry; those at work stay.
        PooledConnectionLifetime = TimeSpan.FromMinutes(15),

        // An HTTP/2 connection whose network is gone is noticed under a silent stream, and not after 20 minutes.
        KeepAlivePingDelay = TimeSpan.FromSeconds(60),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(30),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
    };
}
