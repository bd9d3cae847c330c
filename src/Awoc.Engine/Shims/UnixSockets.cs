using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Awoc.Engine.Shims;

/// <summary>Connects to unix sockets whose path may exceed the 107 bytes of a socket address.</summary>
public static partial class UnixSockets
{
    private const int LongestAddress = 107;
    private const int PathOnlyCloseOnExec = 0x200000 | 0x80000;

    /// <summary>Connects, or throws <see cref="SocketException"/> or <see cref="IOException"/> where there is nothing to connect to.</summary>
    public static async Task<Socket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var directory = -1;
        try
        {
            var address = path;
            if (Encoding.UTF8.GetByteCount(path) > LongestAddress)
            {
                // The kernel resolves the short name through the open directory.
                var parent = Path.GetDirectoryName(path) ?? "/";
                directory = Open(parent, PathOnlyCloseOnExec);
                if (directory < 0) throw new IOException($"Cannot open {parent}: {Marshal.GetLastPInvokeErrorMessage()}");
                address = $"/proc/self/fd/{directory}/{Path.GetFileName(path)}";
            }

            await socket.ConnectAsync(new UnixDomainSocketEndPoint(address), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        finally
        {
            if (directory >= 0) _ = Close(directory);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
