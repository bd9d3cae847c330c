using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Awoc.Shim.Native;

/// <summary>Unix sockets by paths of any length, and the loopback listener.</summary>
internal static unsafe class Sockets
{
    private const int Unix = 1, Internet = 2, Stream = 1, NonBlocking = 0x800, CloseOnExec = 0x80000, SocketLevel = 1, PeerCredentialsOption = 17;
    private const int LongestAddress = 107;

    /// <summary>Listens on the path with mode 0600, taking the place of a stale socket.</summary>
    internal static int ListenUnix(byte[] path)
    {
        _ = Fd.Unlink(Fd.WorkingDirectory, path);
        var fd = Libc.Socket(Unix, Stream | NonBlocking | CloseOnExec, 0);
        var mask = Libc.UserMask(0x7F);
        var error = WithAddress(path, (address, length) => Libc.Bind(fd, (void*)address, length));
        _ = Libc.UserMask(mask);
        if (error == 0 && Libc.Listen(fd, 64) != 0) error = Marshal.GetLastPInvokeError();
        if (error == 0) return fd;
        Fd.Close(ref fd);
        throw new ShimException("cannot listen on the socket of the spec", error);
    }

    /// <summary>A connected socket that never blocks, or the negative error. Unix sockets connect at once or not at all.</summary>
    internal static int ConnectUnix(byte[] path)
    {
        var fd = Libc.Socket(Unix, Stream | NonBlocking | CloseOnExec, 0);
        if (fd < 0) return -Marshal.GetLastPInvokeError();
        var error = WithAddress(path, (address, length) => Libc.Connect(fd, (void*)address, length));
        if (error == 0) return fd;
        Fd.Close(ref fd);
        return -error;
    }

    /// <summary>Listens on a free port of 127.0.0.1.</summary>
    internal static (int Fd, int Port) ListenLoopback()
    {
        const uint Loopback = 0x0100007F;
        var address = new InternetAddress { Family = Internet, Address = Loopback };
        var length = (uint)sizeof(InternetAddress);
        var fd = Libc.Socket(Internet, Stream | NonBlocking | CloseOnExec, 0);
        if (fd < 0 || Libc.Bind(fd, &address, length) != 0 || Libc.Listen(fd, 128) != 0 || Libc.SocketName(fd, &address, &length) != 0)
            throw new ShimException("cannot listen on 127.0.0.1", Marshal.GetLastPInvokeError());
        return (fd, BinaryPrimitives.ReverseEndianness(address.Port));
    }

    internal static int Accept(int listener) => Libc.Accept(listener, null, null, NonBlocking | CloseOnExec);

    /// <summary>Small writes go out at once: what is relayed are streamed tokens.</summary>
    internal static void SetNoDelay(int fd)
    {
        var on = 1;
        _ = Libc.SetOption(fd, 6, 1, &on, sizeof(int));
    }

    /// <summary>True where the other side runs as this user or as root.</summary>
    internal static bool PeerIsTrusted(int fd)
    {
        PeerCredentials peer;
        var length = (uint)sizeof(PeerCredentials);
        return Libc.GetOption(fd, SocketLevel, PeerCredentialsOption, &peer, &length) == 0 && (peer.Uid == 0 || peer.Uid == Libc.UserId());
    }

    private static int WithAddress(byte[] path, Func<nint, uint, int> use)
    {
        var text = Z.Trim(path);
        var directory = -1;
        if (text.Length > LongestAddress)
        {
            // A socket address has room for 107 bytes: the kernel resolves a short name through the open directory instead.
            var slash = text.LastIndexOf((byte)'/');
            directory = Fd.Open(Fd.WorkingDirectory, Z.Of(text[..slash]), Open.PathOnly);
            if (directory < 0) return -directory;
            text = Z.Trim(Z.Of($"/proc/self/fd/{directory}/{System.Text.Encoding.UTF8.GetString(text[(slash + 1)..])}"));
            if (text.Length > LongestAddress) return 36;
        }

        var address = new UnixAddress { Family = Unix };
        text.CopyTo(address.Path);
        var error = use((nint)(&address), (uint)(sizeof(ushort) + text.Length + 1)) == 0 ? 0 : Marshal.GetLastPInvokeError();
        Fd.Close(ref directory);
        return error;
    }
}
