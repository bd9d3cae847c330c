using System.Runtime.InteropServices;
using Awoc.Shim.Native;

namespace Awoc.Shim.Agent;

/// <summary>Collects the dead: the agent, and the orphans that the kernel hands to a subreaper.</summary>
internal sealed unsafe class Reaper
{
    internal int AgentPid { get; set; }

    internal bool AgentEnded { get; private set; }

    internal int? Code { get; private set; }

    internal int? Signal { get; private set; }

    /// <summary>Reaps all that are dead by now. True where no child is left at all, dead or alive.</summary>
    internal bool Reap()
    {
        const int NoHang = 1;
        while (true)
        {
            int status;
            var pid = Libc.Wait(-1, &status, NoHang, null);
            if (pid < 0) return Marshal.GetLastPInvokeError() == Errno.NoChild;
            if (pid == 0) return false;
            if (pid != AgentPid) continue;
            AgentEnded = true;
            var signal = status & 0x7F;
            if (signal == 0) Code = (status >> 8) & 0xFF;
            else Signal = signal;
        }
    }

    /// <summary>What all that were reaped have used: greatest resident size in kB, CPU time in microseconds.</summary>
    internal static (long MaxRssKb, long UserUs, long SystemUs) Use()
    {
        const int Children = -1;
        ResourceUse use;
        _ = Libc.GetResourceUse(Children, &use);

        // struct timeval: the second field is microseconds here.
        return (use.MaxResidentKb, (use.User.Seconds * 1_000_000) + use.User.Nanoseconds, (use.System.Seconds * 1_000_000) + use.System.Nanoseconds);
    }
}
