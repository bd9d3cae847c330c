using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Awoc.Gateway.Tests.Hosting;

/// <summary>
/// An HTTP server that says exactly the bytes a script tells it to, whenever it tells it to: what no well-behaved server
/// would send is what is tested.
/// </summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly Func<ScriptedExchange, Task> _script;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    private ScriptedUpstream(Socket listener, Func<ScriptedExchange, Task> script)
    {
        (_listener, _script) = (listener, script);
        _accepting = AcceptAsync();
    }

    public ConcurrentQueue<RecordedHttp> Requests { get; } = [];

    public RecordedHttp Only => Assert.Single(Requests);

    public Uri BaseUrl => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}");

    public static ScriptedUpstream Start(Func<ScriptedExchange, Task> script)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return new ScriptedUpstream(listener, script);
    }

    public static ScriptedUpstream StartOn(string socketPath, Func<ScriptedExchange, Task> script)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        listener.Listen();
        return new ScriptedUpstream(listener, script);
    }

    /// <summary>An address on which nobody listens.</summary>
    public static Uri Absent()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndPoint!).Port}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                _connections.Add(ServeAsync(socket));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        using (socket)
        {
            try
            {
                var reader = new HttpRequestReader(socket, _stop.Token);
                while (await reader.ReadAsync() is { } request)
                {
                    Requests.Enqueue(request);
                    var exchange = new ScriptedExchange(socket, request, _stop.Token);
                    await _script(exchange);
                    if (exchange.Closed) return;
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The gateway left, which some tests are about, or the test is over.
            }
        }
    }
}

/// <param name="Head">The request line and headers as they came.</param>
internal sealed record RecordedHttp(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body, string Head)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);
}

internal sealed class ScriptedExchange(Socket socket, RecordedHttp request, CancellationToken stop)
{
    public RecordedHttp Request => request;
    public bool Closed { get; private set; }
    public CancellationToken Stop => stop;

    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes, stop)..];
    }

    public Task RespondAsync(int status, string mediaType, ReadOnlyMemory<byte> body, string headers = "") => WriteAsync((byte[])
    [
        .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} X\r\ncontent-type: {mediaType}\r\n{headers}content-length: {body.Length}\r\n\r\n")),
        .. body.Span,
    ]);

    public Task RespondAsync(int status, string json, string headers = "") =>
        RespondAsync(status, "application/json", Encoding.UTF8.GetBytes(json), headers);

    public Task StartStreamAsync(string headers = "") =>
        WriteAsync($"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n{headers}transfer-encoding: chunked\r\n\r\n");

    public Task ChunkAsync(string text) => ChunkAsync(Encoding.UTF8.GetBytes(text));

    public Task ChunkAsync(ReadOnlyMemory<byte> bytes) =>
        WriteAsync((byte[])[.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes.Span, (byte)'\r', (byte)'\n']);

    public Task EndChunksAsync() => WriteAsync("0\r\n\r\n");

    /// <summary>Ends the connection without ending the answer.</summary>
    public void Cut()
    {
        Closed = true;
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <summary>Completes when the other side has closed its connection.</summary>
    public async Task GoneAsync()
    {
        Closed = true;
        try
        {
            while (await socket.ReceiveAsync(new byte[256], stop) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // A reset is as gone as a proper end.
        }
    }
}

internal sealed class HttpRequestReader(Socket socket, CancellationToken stop)
{
    private readonly List<byte> _buffer = [];

    public async Task<RecordedHttp?> ReadAsync()
    {
        int end;
        while ((end = IndexOf("\r\n\r\n"u8, 0)) < 0)
        {
            if (!await FillAsync()) return null;
        }

        var head = Encoding.Latin1.GetString(Take(end + 4));
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines[1..]
            .Select(l => l.Split(':', 2))
            .GroupBy(l => l[0].Trim().ToLowerInvariant())
            .ToDictionary(g => g.Key, g => string.Join(", ", g.Select(l => l[1].Trim())));
        var body = headers.TryGetValue("content-length", out var length)
            ? await TakeAsync(int.Parse(length, CultureInfo.InvariantCulture))
            : headers.ContainsKey("transfer-encoding") ? await ReadChunksAsync() : [];
        return new RecordedHttp(first[0], first[1], headers, body, head);
    }

    private async Task<byte[]> ReadChunksAsync()
    {
        List<byte> body = [];
        while (true)
        {
            int end;
            while ((end = IndexOf("\r\n"u8, 0)) < 0) await FillAsync();
            var size = int.Parse(Encoding.ASCII.GetString(Take(end + 2)).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.AddRange((await TakeAsync(size + 2))[..size]);
            if (size == 0) return [.. body];
        }
    }

    private async Task<byte[]> TakeAsync(int count)
    {
        while (_buffer.Count < count)
        {
            if (!await FillAsync()) throw new SocketException((int)SocketError.ConnectionReset);
        }

        return Take(count);
    }

    private byte[] Take(int count)
    {
        var taken = _buffer[..count].ToArray();
        _buffer.RemoveRange(0, count);
        return taken;
    }

    private int IndexOf(ReadOnlySpan<byte> what, int from) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_buffer)[from..].IndexOf(what);

    private async Task<bool> FillAsync()
    {
        var bytes = new byte[64 * 1024];
        var count = await socket.ReceiveAsync(bytes, stop);
        _buffer.AddRange(bytes.AsSpan(0, count));
        return count > 0;
    }
}
