using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Awoc.EndToEnd.Endings;

/// <summary>Model APIs that do what no scenario can: break the connection off, or say what is no event stream.</summary>
internal sealed class BrokenUpstreams : IAsyncDisposable
{
    private const string StreamHead = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

    private const string MessageStart =
        """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5","content":[],"stop_reason":null,"usage":{"input_tokens":10,"output_tokens":1}}}


        """;

    private const string ErrorEvent = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";

    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpListener> _listeners = [];
    private readonly List<Task> _loops = [];

    public BrokenUpstreams()
    {
        Reset = Listen(socket => socket.LingerState = new LingerOption(true, 0), null);
        Garbage = Listen(null, StreamHead + MessageStart + "data: {\"type\": <<<\n\n");
        Error = Listen(null, StreamHead + MessageStart + ErrorEvent);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        Refused = Url(taken);
    }

    /// <summary>Nobody listens there.</summary>
    public string Refused { get; }

    /// <summary>Resets each connection once it has read the request.</summary>
    public string Reset { get; }

    /// <summary>Streams what is not JSON.</summary>
    public string Garbage { get; }

    /// <summary>Streams an error event after the message's start.</summary>
    public string Error { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var listener in _listeners) listener.Dispose();
        await Task.WhenAll(_loops);
        _stop.Dispose();
    }

    private string Listen(Action<Socket>? prepare, string? answer)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _listeners.Add(listener);
        _loops.Add(Task.Run(async () =>
        {
            try
            {
                while (true) await ServeAsync(await listener.AcceptTcpClientAsync(_stop.Token), prepare, answer);
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
            {
            }
        }));
        return Url(listener);
    }

    private async Task ServeAsync(TcpClient accepted, Action<Socket>? prepare, string? answer)
    {
        using var client = accepted;
        try
        {
            prepare?.Invoke(client.Client);
            await using var stream = client.GetStream();
            await ReadRequestAsync(stream);
            if (answer is not null) await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), _stop.Token);
        }
        catch (IOException)
        {
            // The client was first.
        }
    }

    private async Task ReadRequestAsync(NetworkStream stream)
    {
        var buffer = new byte[64 * 1024];
        var read = new StringBuilder();
        while (true)
        {
            var count = await stream.ReadAsync(buffer, _stop.Token);
            if (count == 0) return;
            read.Append(Encoding.Latin1.GetString(buffer, 0, count));
            var text = read.ToString();
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head < 0) continue;
            var length = text[..head].Split("\r\n").FirstOrDefault(line => line.StartsWith("content-length:", StringComparison.OrdinalIgnoreCase));
            var chunked = text[..head].Contains("transfer-encoding: chunked", StringComparison.OrdinalIgnoreCase);
            if (chunked ? text.EndsWith("0\r\n\r\n", StringComparison.Ordinal) : text.Length - head - 4 >= int.Parse(length?.Split(':')[1] ?? "0", System.Globalization.CultureInfo.InvariantCulture))
                return;
        }
    }

    private static string Url(TcpListener listener) => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
}
