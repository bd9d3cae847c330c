using System.Net;
using System.Net.Sockets;
using System.Text;
using Awoc.Engine.Shims;

namespace Awoc.Shim.Tests;

public sealed class RelayTests(PublishedShim shim)
{
    [Fact]
    public async Task Relay_GatewayComesLater_ConnectionWaitsAndGoesOn()
    {
        await using var attempt = await StartAsync("echo $PORT; exec sleep 1000");
        var owner = await attempt.OwnAsync(5);
        await Until.MessageAsync<ShimMessage.Grew>(owner, grew => grew.Events > 0);
        var port = ShimInfo.Read(attempt.Directory)!.RelayPort!.Value;
        Assert.Equal($"{port}\n", attempt.Events());
        using var client = await ClientAsync(port);
        await client.SendAsync("hello"u8.ToArray());
        using var left = await ClientAsync(port);
        await Until.TrueAsync(() => Waiting(attempt) == 2, "two that wait");
        left.Close();
        await Until.TrueAsync(() => Waiting(attempt) == 1, "the one that stayed");

        using var gateway = Listen(attempt);
        using var server = await gateway.AcceptAsync().WaitAsync(Attempt.Patience);
        Assert.Equal("hello", await ReadAsync(server, 5));
        await server.SendAsync("welcome"u8.ToArray());
        Assert.Equal("welcome", await ReadAsync(client, 7));

        // Each half closes by itself.
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("", await ReadAsync(server, 1));
        await server.SendAsync("last"u8.ToArray());
        server.Close();
        Assert.Equal("last", await ReadAsync(client, 5));
    }

    [Fact]
    public async Task Relay_GatewayDiesInMidConnection_ClientIsCutAndTheNextOneWaits()
    {
        await using var attempt = await StartAsync("exec sleep 1000");
        var port = ShimInfo.Read(attempt.Directory)!.RelayPort!.Value;
        using (var gateway = Listen(attempt))
        {
            using var client = await ClientAsync(port);
            using var server = await gateway.AcceptAsync().WaitAsync(Attempt.Patience);
            await server.SendAsync("half"u8.ToArray());
            Assert.Equal("half", await ReadAsync(client, 4));
            gateway.Close();
            server.Close();
            Assert.Equal("", await ReadAsync(client, 1));
        }

        File.Delete(attempt.Spec.Gateway!);
        using var next = await ClientAsync(port);
        await Until.TrueAsync(() => Waiting(attempt) == 1, "the next one");
        using var again = Listen(attempt);
        using var accepted = await again.AcceptAsync().WaitAsync(Attempt.Patience);
        await accepted.SendAsync("x"u8.ToArray());
        Assert.Equal("x", await ReadAsync(next, 1));
    }

    [Fact]
    public async Task Relay_ReceiverIsSlow_EveryByteArrivesInOrderBothWays()
    {
        await using var attempt = await StartAsync("exec sleep 1000");
        using var gateway = Listen(attempt);
        using var client = await ClientAsync(ShimInfo.Read(attempt.Directory)!.RelayPort!.Value);
        using var server = await gateway.AcceptAsync().WaitAsync(Attempt.Patience);
        var bytes = new byte[20_000_000];
        new Random(2).NextBytes(bytes);

        var sending = Task.WhenAll(SendAllAsync(client, bytes), SendAllAsync(server, bytes));
        var received = await Task.WhenAll(ReceiveAllAsync(server), ReceiveAllAsync(client)).WaitAsync(Attempt.Patience);

        await sending;
        Assert.All(received, one => Assert.True(bytes.AsSpan().SequenceEqual(one)));
    }

    private async Task<Attempt> StartAsync(string script)
    {
        var attempt = new Attempt(shim).Script(script);
        attempt.With(spec => spec with
        {
            Gateway = attempt.File("gateway"),
            Env = new Dictionary<string, string>(spec.Env) { ["PORT"] = "{relayPort}" },
        }).Start();
        await Until.TrueAsync(() => File.Exists(attempt.File(ShimFiles.Info)), "the shim");
        return attempt;
    }

    private static int Waiting(Attempt attempt) => Task.Run(attempt.LookAsync).GetAwaiter().GetResult().RelayWaiting;

    private static Socket Listen(Attempt attempt)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(attempt.Spec.Gateway!));
        socket.Listen();
        return socket;
    }

    private static async Task<Socket> ClientAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    /// <summary>Reads as many bytes, or fewer where the other side closes.</summary>
    private static async Task<string> ReadAsync(Socket socket, int count)
    {
        using var patience = new CancellationTokenSource(Attempt.Patience);
        var bytes = new byte[count];
        var length = 0;
        while (length < count && await ReceiveAsync(socket, bytes.AsMemory(length), patience.Token) is > 0 and var n) length += n;
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static async Task<int> ReceiveAsync(Socket socket, Memory<byte> into, CancellationToken cancellationToken)
    {
        try
        {
            return await socket.ReceiveAsync(into, cancellationToken);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }

    private static async Task SendAllAsync(Socket socket, byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;) at += await socket.SendAsync(bytes.AsMemory(at));
        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task<byte[]> ReceiveAllAsync(Socket socket)
    {
        var all = new MemoryStream();
        var buffer = new byte[5000];
        while (await socket.ReceiveAsync(buffer) is > 0 and var n) all.Write(buffer, 0, n);
        return all.ToArray();
    }
}
