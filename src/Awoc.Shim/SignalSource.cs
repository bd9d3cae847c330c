using Awoc.Shim.Native;

namespace Awoc.Shim;

/// <summary>SIGCHLD, SIGTERM and SIGINT as a descriptor.</summary>
internal static unsafe class SignalSource
{
    /// <summary>
    /// A build that compiles at run time (no native one: a plain build for a first try) has more threads than can be reached, so that
    /// now and then a signal goes to one of them: the end of the agent is looked for as well.
    /// </summary>
    internal static bool MayMiss => System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeCompiled;

    /// <summary>
    /// A signal that any thread leaves unblocked goes to that thread and not to the descriptor. The runtime has one besides ours, the
    /// finalizer's, and an object's finalizer is how to run code on it.
    /// </summary>
    internal static int Take()
    {
        Block();
        LeaveOneBehind();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var set = Ours();
        var fd = Libc.SignalDescriptor(-1, &set, Open.NonBlocking | Open.CloseOnExec);
        return fd >= 0 ? fd : throw new ShimException("signalfd", System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
    }

    /// <summary>The numbers of the signals that have come; false for no more.</summary>
    internal static bool Next(int fd, out int signal)
    {
        Span<byte> info = stackalloc byte[128];
        signal = 0;
        if (Fd.Read(fd, info) != info.Length) return false;
        signal = BitConverter.ToInt32(info);
        return true;
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void LeaveOneBehind() => _ = new Blocker();

    private static SignalSet Ours()
    {
        var set = default(SignalSet);
        set.Add(Signals.Child);
        set.Add(Signals.Term);
        set.Add(Signals.Int);
        return set;
    }

    private static void Block()
    {
        const int BlockThese = 0;
        var set = Ours();
        _ = Libc.SignalMask(BlockThese, &set, null);
    }

    private sealed class Blocker
    {
        ~Blocker() => Block();
    }
}
