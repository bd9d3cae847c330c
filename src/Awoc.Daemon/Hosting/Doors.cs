using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Win32.SafeHandles;

namespace Awoc.Daemon.Hosting;

/// <summary>The daemon's sockets. What may be asked depends on the door: an agent must never reach the API.</summary>
internal enum Door
{
    Api,
    Gateway,
    Rehearsal,
}

/// <summary>Which door a connection came in by.</summary>
internal sealed record DoorFeature(Door Door);

internal static partial class Doors
{
    private const int LongestAddress = 107;
    private const int PathOnlyCloseOnExec = 0x200000 | 0x80000;

    public static void ListenOn(this KestrelServerOptions kestrel, string path, Door door)
    {
        // The lock of the home is held: whatever lies here was left by a daemon that is gone.
        File.Delete(path);
        kestrel.ListenUnixSocket(Address(path), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                if (!IsOwn(connection)) return RefuseAsync(connection);
                connection.Features.Set(new DoorFeature(door));
                return next(connection);
            });
        });
    }

    /// <summary>A socket's address has 107 bytes: a longer path is reached through its open directory, which stays open for the daemon's life.</summary>
    private static string Address(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) <= LongestAddress) return path;
        var directory = Path.GetDirectoryName(path)!;
        var descriptor = Open(directory, PathOnlyCloseOnExec);
        if (descriptor < 0) throw new IOException($"cannot open {directory}: {Marshal.GetLastPInvokeErrorMessage()}");
        return $"/proc/self/fd/{descriptor}/{Path.GetFileName(path)}";
    }

    /// <summary>The directory's mode keeps others out; this holds even where somebody has opened it up.</summary>
    private static bool IsOwn(ConnectionContext connection)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket) return false;
        const int SolSocket = 1;
        const int PeerCredentials = 17;
        Span<byte> credentials = stackalloc byte[12];
        if (socket.GetRawSocketOption(SolSocket, PeerCredentials, credentials) != credentials.Length) return false;
        var user = MemoryMarshal.Read<uint>(credentials[4..]);
        return user == 0 || user == EffectiveUser();
    }

    private static Task RefuseAsync(ConnectionContext connection)
    {
        connection.Abort(new ConnectionAbortedException("another user's process"));
        return Task.CompletedTask;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
