using System.Runtime.InteropServices;
using Awoc.Client.Native;
using Microsoft.Win32.SafeHandles;

namespace Awoc.Client.Daemon;

/// <summary>
/// The end of a process that is not our child. It holds a pidfd, which stands for the process itself: the number may be
/// given to another process, the descriptor is not.
/// </summary>
internal sealed class ProcessEnd : IDisposable
{
    private readonly SafeFileHandle _pid;

    private ProcessEnd(SafeFileHandle pid) => _pid = pid;

    /// <summary>Takes hold of a process.</summary>
    public static ProcessEnd Of(int pid) => new(Libc.OpenPid(pid));

    /// <summary>Waits until it has ended; false when it did not in that time.</summary>
    public Task<bool> WaitAsync(TimeSpan limit) => Task.Run(() =>
    {
        if (_pid.IsInvalid) return true;
        var poll = new Libc.PollFd { Fd = (int)_pid.DangerousGetHandle(), Events = Libc.POLLIN };
        int ready;
        do
        {
            ready = Libc.Poll(ref poll, 1, (int)limit.TotalMilliseconds);
        }
        while (ready < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR);
        return ready > 0;
    });

    public void Dispose() => _pid.Dispose();
}
