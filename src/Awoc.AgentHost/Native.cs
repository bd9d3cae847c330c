using System.Runtime.InteropServices;

namespace Awoc.AgentHost;

/// <summary>The system calls that .NET does not offer.</summary>
internal static partial class Native
{
    public const int Term = 15;
    public const int Kill = 9;

    private const int CurrentDirectory = -100;
    private const uint WantKind = 1;
    private const int KindMask = 0xF000;
    private const int RegularFile = 0x8000;

    /// <summary>Where <c>stx_mode</c> lies in the kernel's <c>struct statx</c>, the same on every architecture.</summary>
    private const int ModeOffset = 28;

    /// <summary>Signals a whole process group; false when it is gone.</summary>
    public static bool SignalGroup(int group, int signal) => group > 1 && kill(-group, signal) == 0;

    /// <summary>Follows links. Opening a pipe or a device to find out could block for ever, so it is asked without.</summary>
    public static unsafe bool IsRegularFile(string path)
    {
        var found = stackalloc byte[256];
        return statx(CurrentDirectory, path, 0, WantKind, found) == 0 && (*(ushort*)(found + ModeOffset) & KindMask) == RegularFile;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int directory, string path, int flags, uint mask, byte* result);
}
