using System.Net.Sockets;
using Awoc.Client.Native;

namespace Awoc.Client.Daemon;

/// <summary>Connects to a unix socket, however long its path is.</summary>
internal static class UnixSocketConnector
{
    // sockaddr_un holds 108 bytes, its closing zero included.
    private const int LongestPath = 107;

    public static async ValueTask<Socket> ConnectAsync(string path, CancellationToken token)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (System.Text.Encoding.UTF8.GetByteCount(path) <= LongestPath)
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token).ConfigureAwait(false);
                return socket;
            }

            // A longer path is reached through its directory: a descriptor of it has a short name of its own.
            using var directory = Libc.Open(Path.GetDirectoryName(path)!, Libc.O_DIRECTORY_PATH);
            if (directory.IsInvalid) throw new SocketException((int)SocketError.AddressNotAvailable);
            var shortened = $"/proc/self/fd/{directory.DangerousGetHandle()}/{Path.GetFileName(path)}";
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(shortened), token).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether an error says that nobody listens there: no socket, or one that a dead daemon left.</summary>
    public static bool IsNobody(SocketException e) =>
        e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.HostNotFound
        || e.NativeErrorCode is 2 or 111;
}
