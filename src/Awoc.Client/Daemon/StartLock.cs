using System.Runtime.InteropServices;
using Awoc.Client.Native;
using Microsoft.Win32.SafeHandles;

namespace Awoc.Client.Daemon;

/// <summary>
/// Lets one program at a time start the daemon of a home. The base library's own file locks fail where this one waits,
/// and waiting is what the second of three launches has to do.
/// </summary>
internal sealed class StartLock : IDisposable
{
    private readonly SafeFileHandle _file;

    private StartLock(SafeFileHandle file) => _file = file;

    public static Task<StartLock> TakeAsync(string path) => Task.Run(() =>
    {
        // Not through the base library: it would take a lock of its own on the same file.
        var file = Libc.Open(path, Libc.O_LOCK_FILE, Libc.OwnerOnly);
        while (Libc.Lock(file, Libc.LOCK_EX) != 0)
        {
            if (Marshal.GetLastPInvokeError() == Libc.EINTR) continue;
            file.Dispose();
            throw AwocException.Unavailable($"{path} cannot be locked. Is its file system one that knows locks?");
        }

        return new StartLock(file);
    });

    public void Dispose() => _file.Dispose();
}
