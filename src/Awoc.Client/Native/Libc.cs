using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Awoc.Client.Native;

/// <summary>
/// The few system calls the base library has no door to. The numbers are Linux's on x86-64 and arm64, which agree on
/// all of those used here.
/// </summary>
internal static partial class Libc
{
    public const int O_DIRECTORY_PATH = O_PATH | O_CLOEXEC;
    public const int O_LOCK_FILE = O_RDWR | O_CREAT | O_CLOEXEC;
    public const uint OwnerOnly = 0x180;
    public const int LOCK_EX = 2;
    public const int CLOSE_RANGE_CLOEXEC = 4;
    public const short POLLIN = 1;
    public const int EINTR = 4;

    private const int O_RDWR = 2;
    private const int O_CREAT = 0x40;
    private const int O_PATH = 0x200000;
    private const int O_CLOEXEC = 0x80000;
    private const int AT_FDCWD = -100;
    private const uint STATX_UID = 8;
    private const int StatxUidOffset = 20;
    private const int SYS_pidfd_open = 434;
    private const int SYS_close_range = 436;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags, uint mode = 0);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(ref PollFd fds, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    /// <summary>The owner of a file; null when it cannot be looked at.</summary>
    public static uint? OwnerOf(string path)
    {
        Span<byte> statx = stackalloc byte[256];
        return Statx(AT_FDCWD, path, 0, STATX_UID, ref MemoryMarshal.GetReference(statx)) == 0
            ? MemoryMarshal.Read<uint>(statx[StatxUidOffset..])
            : null;
    }

    public static SafeFileHandle OpenPid(int pid) => new((nint)SystemCall(SYS_pidfd_open, pid, 0, 0), ownsHandle: true);

    /// <summary>No program started from here inherits a descriptor beyond the standard three.</summary>
    public static void KeepDescriptorsFromChildren() => SystemCall(SYS_close_range, 3, uint.MaxValue, CLOSE_RANGE_CLOEXEC);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte buffer);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third);
}
