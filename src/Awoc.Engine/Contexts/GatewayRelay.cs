using System.Net;
using System.Net.Sockets;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Contexts;

/// <summary>A loopback port that leads to the gateway's socket, for an agent that is started without a shim. It serves until it is disposed.</summary>
internal sealed class GatewayRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _socket;

    private GatewayRelay(string socket)
    {
        _socket = socket;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    public static GatewayRelay Start(string gatewaySocket)
    {
        var relay = new GatewayRelay(gatewaySocket);
        _ = relay.AcceptAsync();
        return relay;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var stop = _stop.Token;
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(stop), stop);
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        try
        {
            using (client)
            await using (var gateway = new NetworkStream(await UnixSockets.ConnectAsync(_socket, stop), ownsSocket: true))
            {
                var agent = client.GetStream();
                await Task.WhenAny(agent.CopyToAsync(gateway, stop), gateway.CopyToAsync(agent, stop));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException)
        {
            // Whoever asked has gone, or the gateway: the agent sees its connection closed.
        }
    }
}
