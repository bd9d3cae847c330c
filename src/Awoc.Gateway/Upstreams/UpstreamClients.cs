using System.Collections.Concurrent;
using System.Net.Http;

namespace Awoc.Gateway.Upstreams;

/// <summary>The connections to upstreams: one pool for all over TCP, and one for each unix socket.</summary>
internal sealed class UpstreamClients : IDisposable
{
    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _unix = new(StringComparer.Ordinal);
    private readonly HttpMessageInvoker _tcp;
    private readonly GatewayOptions _options;

    public UpstreamClients(GatewayOptions options)
    {
        _options = options;
        var handler = NewHandler();
        handler.UseProxy = true;
        handler.Proxy = new LoopbackBypass(options.Proxy ?? HttpClient.DefaultProxy);
        _tcp = new HttpMessageInvoker(handler);
    }

    public HttpMessageInvoker For(UpstreamTarget target) =>
        target.SocketPath is { } path ? _unix.GetOrAdd(path, NewUnix) : _tcp;

    public void Dispose()
    {
        _tcp.Dispose();
        foreach (var client in _unix.Values) client.Dispose();
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
