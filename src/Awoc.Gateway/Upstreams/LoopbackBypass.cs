using System.Net;

namespace Awoc.Gateway.Upstreams;

/// <summary>The user's proxy, but never for this machine: a proxy elsewhere would look for the upstream on its own loopback.</summary>
internal sealed class LoopbackBypass(IWebProxy inner) : IWebProxy
{
    public ICredentials? Credentials
    {
        get => inner.Credentials;
        set => inner.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : inner.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || inner.IsBypassed(host);
}
