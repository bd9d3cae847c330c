using System.Runtime.InteropServices;
using System.Text;

namespace Awoc.Shim.Native;

/// <summary>File descriptors, with errors as negative numbers: nothing here throws, for most of them are expected.</summary>
internal static unsafe class Fd
{
    internal const int WorkingDirectory = -100;
    private const int SetFd = 2, SetFlags = 4, DuplicateAtLeast = 1030;

    internal static int Open(int directory, ReadOnlySpan<byte> path, int flags, uint mode = 0)
    {
        fixed (byte* p = path)
        {
            int fd;
            do fd = Result(Libc.OpenAt(directory, p, flags | Native.Open.CloseOnExec, mode));
            while (fd == -Errno.Interrupted);
            return fd;
        }
    }

    internal static int Read(int fd, Span<byte> into)
    {
        fixed (byte* p = into)
        {
            nint n;
            do n = Result(Libc.Read(fd, p, into.Length));
            while (n == -Errno.Interrupted);
            return (int)n;
        }
    }

    internal static int ReadAt(int fd, Span<byte> into, long offset)
    {
        fixed (byte* p = into)
        {
            nint n;
            do n = Result(Libc.PRead(fd, p, into.Length, offset));
            while (n == -Errno.Interrupted);
            return (int)n;
        }
    }

    internal static int Write(int fd, ReadOnlySpan<byte> from)
    {
        fixed (byte* p = from)
        {
            nint n;
            do n = Result(Libc.Write(fd, p, from.Length));
            while (n == -Errno.Interrupted);
            return (int)n;
        }
    }

    /// <summary>Writes all of it, waiting where that takes time; 0, or the error.</summary>
    internal static int WriteAll(int fd, ReadOnlySpan<byte> from)
    {
        while (!from.IsEmpty)
        {
            var n = Write(fd, from);
            if (n < 0) return n;
            from = from[n..];
        }

        return 0;
    }

    internal static int Send(int fd, ReadOnlySpan<byte> from)
    {
        const int NoSignal = 0x4000, DontWait = 0x40;
        fixed (byte* p = from)
        {
            nint n;
            do n = Result(Libc.Send(fd, p, from.Length, NoSignal | DontWait));
            while (n == -Errno.Interrupted);
            return (int)n;
        }
    }

    internal static int Receive(int fd, Span<byte> into)
    {
        const int DontWait = 0x40;
        fixed (byte* p = into)
        {
            nint n;
            do n = Result(Libc.Receive(fd, p, into.Length, DontWait));
            while (n == -Errno.Interrupted);
            return (int)n;
        }
    }

    internal static void Close(ref int fd)
    {
        if (fd >= 0) _ = Libc.Close(fd);
        fd = -1;
    }

    internal static int Sync(int fd) => Result(Libc.Sync(fd));

    internal static int Rename(int directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* f = from, t = to) return Result(Libc.RenameAt(directory, f, directory, t));
    }

    internal static int Link(int directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* f = from, t = to) return Result(Libc.LinkAt(directory, f, directory, t, 0));
    }

    internal static int Unlink(int directory, ReadOnlySpan<byte> path, bool isDirectory = false)
    {
        const int RemoveDirectory = 0x200;
        fixed (byte* p = path) return Result(Libc.UnlinkAt(directory, p, isDirectory ? RemoveDirectory : 0));
    }

    internal static bool Exists(ReadOnlySpan<byte> path)
    {
        fixed (byte* p = path) return Libc.AccessAt(WorkingDirectory, p, 0, 0) == 0;
    }

    /// <summary>A pipe whose ends close on exec.</summary>
    internal static (int Read, int Write) Pipe()
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, Native.Open.CloseOnExec) != 0) throw new ShimException("pipe", Marshal.GetLastPInvokeError());
        return (ends[0], ends[1]);
    }

    internal static void SetNonBlocking(int fd) => _ = Libc.Control(fd, SetFlags, Native.Open.NonBlocking);

    internal static void SetCloseOnExec(int fd) => _ = Libc.Control(fd, SetFd, 1);

    /// <summary>The same file under a number that no dup2 onto a low number can hit.</summary>
    internal static int Raise(int fd)
    {
        var high = Libc.Control(fd, DuplicateAtLeast, 10);
        if (high < 0) throw new ShimException("dup", Marshal.GetLastPInvokeError());
        _ = Libc.Close(fd);
        return high;
    }

    /// <summary>The whole of a small file, or null.</summary>
    internal static byte[]? ReadFile(int directory, ReadOnlySpan<byte> path)
    {
        var fd = Open(directory, path, Native.Open.Read);
        if (fd < 0) return null;
        var content = new byte[4096];
        var length = 0;
        while (true)
        {
            if (length == content.Length) Array.Resize(ref content, content.Length * 2);
            var n = Read(fd, content.AsSpan(length));
            if (n <= 0)
            {
                Close(ref fd);
                return n < 0 ? null : content[..length];
            }

            length += n;
        }
    }

    internal static string Text(int error) => Encoding.UTF8.GetString(Bytes(Libc.ErrorText(error)));

    internal static ReadOnlySpan<byte> Bytes(byte* text) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);

    private static int Result(int value) => value < 0 ? -Marshal.GetLastPInvokeError() : value;

    private static nint Result(nint value) => value < 0 ? -Marshal.GetLastPInvokeError() : value;
}
