using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Awoc.Gateway.Upstreams;

/// <summary>
/// Upstreams that listen on a unix socket, such as the rehearsal server: <c>unix:///run/user/1000/awoc.sock?path=/s/slow</c>,
/// where the query's <c>path</c> is put before each request's path.
/// </summary>
internal static partial class UnixUpstream
{
    public const string Scheme = "unix";

    // sockaddr_un has 108 bytes, the last of which is a NUL.
    private const int MaxAddressBytes = 107;

    // O_PATH | O_CLOEXEC, the same on x64 and arm64: names the socket's inode without opening it, which a socket does not allow.
    private const int OpenPathFlags = 0x200000 | 0x80000;

    public static bool TryParse(Uri uri, [NotNullWhen(true)] out string? socketPath, out string pathPrefix)
    {
        socketPath = Uri.UnescapeDataString(uri.AbsolutePath);
        pathPrefix = "";
        if (uri.Host.Length > 0 || uri.Fragment.Length > 0 || socketPath is "" or "/") return false;
        if (uri.Query.Length == 0) return true;
        const string Key = "?path=/";
        if (!uri.Query.StartsWith(Key, StringComparison.Ordinal) || uri.Query.Contains('&', StringComparison.Ordinal)) return false;
        pathPrefix = uri.Query[(Key.Length - 1)..].TrimEnd('/');
        return true;
    }

    public static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (Encoding.UTF8.GetByteCount(path) <= MaxAddressBytes)
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            }
            else
            {
                // A deep AWOC_HOME: the kernel follows this link to the inode whatever its own path's length.
                using var inode = OpenInode(path);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint($"/proc/self/fd/{inode.DangerousGetHandle()}"), cancellation);
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SafeFileHandle OpenInode(string path)
    {
        var descriptor = Open(path, OpenPathFlags, 0);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"socket {path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);
}
