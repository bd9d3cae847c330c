using Awoc.Shim.Agent;
using Awoc.Shim.Native;
using Awoc.Shim.Records;

namespace Awoc.Shim.Owner;

/// <summary>
/// Starts the daemon when there has been neither an owner nor a daemon for two seconds, then waits 2, 4 … 60 s before it tries again.
/// Which of several that are started stays is settled by the daemons' own lock.
/// </summary>
internal sealed class DaemonStarter(Spec spec, ProcessTree tree, AttemptDirectory directory)
{
    private const long ProbeUs = 500_000, LivelyProbeUs = 5_000_000, AwayUs = 2_000_000, LongestBackoffUs = 60_000_000;
    private const int SubreaperOption = 36;
    private long _probeUs = Clock.NowUs() + ProbeUs;
    private long _awaySinceUs = Clock.NowUs();
    private long _backoffUs = AwayUs;

    internal void Prepare(Poll poll, bool owned)
    {
        if (!owned && spec.DaemonArgv is { Count: > 0 }) poll.Until(_probeUs);
    }

    internal void Handle(long nowUs, bool owned)
    {
        if (spec.DaemonArgv is not { Count: > 0 } argv) return;
        if (owned)
        {
            (_awaySinceUs, _probeUs, _backoffUs) = (nowUs, nowUs + ProbeUs, AwayUs);
            return;
        }

        if (nowUs < _probeUs) return;
        _probeUs = nowUs + ProbeUs;
        var probe = spec.DaemonSocket is { } socket ? Sockets.ConnectUnix(socket) : -1;
        if (probe >= 0)
        {
            Fd.Close(ref probe);
            (_awaySinceUs, _probeUs) = (nowUs, nowUs + LivelyProbeUs);
            return;
        }

        if (nowUs - _awaySinceUs < _backoffUs) return;
        _awaySinceUs = nowUs;
        _backoffUs = Math.Min(_backoffUs * 2, LongestBackoffUs);
        if (spec.DaemonStopMarker is { } marker && Fd.Exists(marker)) return;
        Start(argv);
    }

    private void Start(List<byte[]> argv)
    {
        // The daemon must be nobody's child here: it, and the shims it starts, would count as the agent's tree. So another process starts
        // it and ends at once, while we are no subreaper for the milliseconds that takes.
        _ = Libc.ProcessControl(SubreaperOption, 0, 0, 0, 0);
        tree.MayHaveEscaped = true;
        try
        {
            List<byte[]> command = ["awoc-shim"u8.ToArray(), "detach"u8.ToArray(), .. argv];
            Wait(Spawner.Start("/proc/self/exe"u8, command, spec.DaemonEnv ?? OwnEnvironment(), []));
        }
        catch (ShimException failure)
        {
            directory.Note($"the daemon cannot be started: {failure.Words}");
        }
        finally
        {
            _ = Libc.ProcessControl(SubreaperOption, 1, 0, 0, 0);
        }
    }

    /// <summary>The other process's part: starts the command in a session of its own, with the environment it has itself, and ends.</summary>
    internal static int Detach(string[] command)
    {
        try
        {
            List<byte[]> argv = [];
            foreach (var argument in command) argv.Add(Z.Trim(Z.Of(argument)).ToArray());
            _ = Spawner.Start(Z.Of(command[0]), argv, OwnEnvironment(), []);
            return ExitCodes.Ended;
        }
        catch (ShimException)
        {
            return ExitCodes.NoRecords;
        }
    }

    private static unsafe void Wait(int pid)
    {
        int status;
        _ = Libc.Wait(pid, &status, 0, null);
    }

    private static List<byte[]> OwnEnvironment()
    {
        List<byte[]> entries = [];
        if (Fd.ReadFile(Fd.WorkingDirectory, "/proc/self/environ"u8) is not { } environment) return entries;
        foreach (var range in environment.AsSpan().Split((byte)0))
            if (environment.AsSpan(range) is { IsEmpty: false } entry) entries.Add(entry.ToArray());
        return entries;
    }
}
