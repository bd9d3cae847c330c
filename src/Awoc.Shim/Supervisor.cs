using System.Text;
using Awoc.Shim.Agent;
using Awoc.Shim.Native;
using Awoc.Shim.Owner;
using Awoc.Shim.Records;
using Awoc.Shim.Relay;

namespace Awoc.Shim;

/// <summary>
/// One attempt from its claim to its recorded end, on one thread: all that can be waited for is waited for in one poll, and what is done
/// in between never waits, but for killing the tree. The order at the end is: the agent is dead, its tree is dead, its pipes are read to
/// their end, the end is durable, the owner is told.
/// </summary>
internal sealed partial class Supervisor
{
    private const long RetryUs = 200_000, LingerUs = 3_000_000, MissedSignalUs = 500_000, AloneUs = 3_000_000;
    private const int ScratchSize = 65536, TidyEvery = 256 << 10;

    private readonly AttemptDirectory _directory;
    private readonly Spec _spec;
    private readonly JsonOut _json;
    private readonly Identity _self;
    private readonly Draft _exit;
    private readonly Draft _info;
    private readonly int _signals;
    private readonly byte[] _scratch = new byte[ScratchSize];
    private readonly Reaper _reaper = new();
    private readonly List<byte[]> _held = [];

    private List<byte[]> _secrets = [];
    private OwnerServer _server = null!;
    private RelayListener _relay = null!;
    private Cgroup? _cgroup;
    private ProcessTree _tree = null!;
    private GateLink _gate = null!;
    private StdinPump _stdin = null!;
    private Output _output = null!;
    private Ladder _ladder = null!;
    private DaemonStarter _daemon = null!;

    private Phase _phase = Phase.Gated;
    private long _tidied;
    private long _fence;
    private long? _deadlineMs;
    private bool _hasSecret;
    private bool _toldFull;
    private bool _spare;
    private long _aloneSinceUs = Clock.NowUs();
    private long _startedUs;
    private long _startedUnixUs;
    private long _ranUs;
    private long _endedUnixUs;
    private string? _failure;

    internal Supervisor(AttemptDirectory directory, Spec spec, JsonOut json, Identity self, Draft exit, Draft info, int signals)
    {
        (_directory, _spec, _json, _self, _exit, _info, _signals) = (directory, spec, json, self, exit, info, signals);
        (_fence, _deadlineMs, _spare) = (spec.Fence, spec.DeadlineMs, spec.Spare);
    }

    private enum Phase
    {
        WaitingSecret,
        Gated,
        Running,
        Ending,
        Ended,
    }

    internal int Run()
    {
        try
        {
            Begin();
        }
        catch (ShimException failure)
        {
            RecordFailedStart(failure);
            return ExitCodes.Ended;
        }

        var poll = new Poll();
        while (_phase != Phase.Ended) Round(poll);
        _server.Close(LingerUs);
        _cgroup?.Remove();
        return ExitCodes.Ended;
    }

    private void Begin()
    {
        _relay = new RelayListener(_spec.Gateway, _scratch);
        _server = new OwnerServer(_spec.Socket!, Greet, Take);
        if (_spec.Cgroup) _cgroup = Cgroup.Create($"{Encoding.UTF8.GetString(_spec.Task).Replace('/', '_')}.{_spec.Attempt}.{_self.Pid}");
        SpawnGated();
        RecordInfo();
        if (_spec.NeedsSecret) _phase = Phase.WaitingSecret;
        else Go();
    }

    /// <summary>Starts the agent's process behind its gate, with the pipes that the agent will have.</summary>
    private void SpawnGated()
    {
        var stdinFile = -1;
        if (_spec.StdinFile is { } file)
        {
            stdinFile = Fd.Open(Fd.WorkingDirectory, file, Open.Read);
            if (stdinFile < 0) throw new ShimException($"cannot open {Encoding.UTF8.GetString(Z.Trim(file))}", -stdinFile);
        }

        var hasStdin = stdinFile >= 0 || _spec.KeepStdin || _spare;
        var (stdinRead, stdinWrite) = hasStdin ? Fd.Pipe() : (Fd.Open(Fd.WorkingDirectory, "/dev/null"u8, Open.Read), -1);
        var (outRead, outWrite) = Fd.Pipe();
        var (errorRead, errorWrite) = _spec.MergeStderr ? (-1, -1) : Fd.Pipe();
        var (gateHere, gateThere) = GatePair();
        Fd.SetNonBlocking(outRead);
        if (errorRead >= 0) Fd.SetNonBlocking(errorRead);

        stdinRead = Fd.Raise(stdinRead);
        outWrite = Fd.Raise(outWrite);
        errorWrite = errorWrite >= 0 ? Fd.Raise(errorWrite) : -1;
        gateThere = Fd.Raise(gateThere);
        var pid = Spawner.Start(
            "/proc/self/exe"u8,
            ["awoc-shim"u8.ToArray(), "gate"u8.ToArray(), Encoding.ASCII.GetBytes(Gate.Socket.ToString())],
            [_spec.Mark],
            [stdinRead, outWrite, errorWrite >= 0 ? errorWrite : outWrite, gateThere]);
        Fd.Close(ref stdinRead);
        Fd.Close(ref outWrite);
        Fd.Close(ref errorWrite);
        Fd.Close(ref gateThere);

        _reaper.AgentPid = pid;
        if (_cgroup is not null && !_cgroup.Add(pid))
        {
            _cgroup.Remove();
            _cgroup = null;
        }

        var input = new LogFile(_directory.OpenLog("in.jsonl"u8), long.MaxValue);
        _tree = new ProcessTree(pid, _cgroup, _spec.Mark, _reaper);
        _gate = new GateLink(gateHere);
        _stdin = new StdinPump(stdinWrite, stdinFile, _spec.KeepStdin || _spare, input, _json, _scratch);
        _output = new Output(
            outRead, errorRead, new LogFile(_directory.OpenLog("events.jsonl"u8), _spec.LogLimit),
            new LogFile(_directory.OpenLog("events.idx"u8), long.MaxValue), new LogFile(_directory.OpenLog("stderr.log"u8), _spec.LogLimit), input, _scratch);
        _ladder = new Ladder(_spec.Ladder, _tree, _stdin);
        _daemon = new DaemonStarter(_spec, _tree, _directory);
    }

    private void Go()
    {
        _phase = Phase.Gated;
        _gate.Go(_spec, _secrets, _relay.Port);
        _secrets = [];
    }

    private void Round(Poll poll)
    {
        var owned = _server.Owner is not null;
        poll.Begin();
        var signals = poll.Add(_signals, Ready.In);
        _gate.Prepare(poll);
        _stdin.Prepare(poll);
        _output.Prepare(poll);
        _relay.Prepare(poll);
        _server.Prepare(poll);
        _ladder.Prepare(poll);
        _daemon.Prepare(poll, owned || _spare);
        if (_spare && !owned && _ladder.Cause is null) poll.Until(_aloneSinceUs + AloneUs);
        if (DeadlineUs is { } deadline && _ladder.Cause is null) poll.Until(deadline);
        if (SignalSource.MayMiss) poll.Until(poll.NowUs + MissedSignalUs);
        Tidy();
        poll.Wait();

        _gate.Handle(poll, _spec);
        NoteExec();
        if (poll.Ready(signals) != 0 || SignalSource.MayMiss) TakeSignals();
        if (_output.Handle(poll)) _server.NoteGrowth();
        _stdin.Handle(poll);
        _relay.Handle(poll);
        _server.Handle(poll);
        TellGrowth(poll.NowUs);
        TellFull();
        if (_phase < Phase.Ending && DeadlineUs is { } due && poll.NowUs >= due) _ladder.Begin("deadline");
        LeaveIfAlone(poll.NowUs, owned);
        if (_phase < Phase.Ending) _ladder.Advance(poll.NowUs);
        _daemon.Handle(poll.NowUs, _server.Owner is not null || _spare);
        if (_reaper.AgentEnded && _phase < Phase.Ending) FinishTree();
        if (_phase == Phase.Ending && _output.Done) RecordEnd(poll);
    }

    /// <summary>
    /// Little is allocated, but over hours it adds up, and the collector by itself would let megabytes go by before it looks.
    /// </summary>
    private void Tidy()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        if (allocated - _tidied < TidyEvery) return;
        _tidied = allocated;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>When the running time is over; null for never, or before it has begun.</summary>
    private long? DeadlineUs => _startedUs > 0 && _phase == Phase.Running && _deadlineMs is { } ms ? _startedUs + (ms * 1000) : null;

    private long ElapsedUs => _startedUs == 0 ? 0 : _phase == Phase.Running ? Clock.NowUs() - _startedUs : _ranUs;

    private void TakeSignals()
    {
        while (SignalSource.Next(_signals, out var signal))
            if (signal is Signals.Term or Signals.Int) _ladder.Begin(ShimTerminated);
        _reaper.Reap();
    }

    /// <summary>The gate has said how it went.</summary>
    private void NoteExec()
    {
        if (_phase != Phase.Gated || _gate.IsOpen) return;
        if (_gate.Executed)
        {
            _phase = Phase.Running;
            if (!_spare) StartClock();
            _spec.ForgetLaunch();
            _tidied = long.MinValue / 2;
        }

        if (_gate.Executed || _ladder.Cause is null) TellExec();
    }

    /// <summary>From here on the attempt's running time counts.</summary>
    private void StartClock()
    {
        _startedUs = Clock.NowUs();
        _startedUnixUs = Clock.UnixUs();
    }

    /// <summary>A spare is its daemon's: without one nobody would ever end it.</summary>
    private void LeaveIfAlone(long nowUs, bool owned)
    {
        if (!_spare || _phase >= Phase.Ending) return;
        if (owned || _server.Owner is not null) _aloneSinceUs = nowUs;
        else if (_ladder.Cause is null && nowUs - _aloneSinceUs >= AloneUs) _ladder.Begin(SpareCause, _phase < Phase.Running, _phase < Phase.Running, _phase < Phase.Running);
    }

    /// <summary>The agent has ended: nothing it started may outlive it.</summary>
    private void FinishTree()
    {
        _gate.Drain(_spec);
        NoteExec();
        _ranUs = ElapsedUs;
        _endedUnixUs = Clock.UnixUs();
        _phase = Phase.Ending;
        if (!_tree.Kill()) _directory.Note("a process of the attempt does not die of SIGKILL");
        _stdin.Close();
        _relay.Close();
        _output.BeginDrain(Clock.NowUs());
    }

    private static (int Here, int There) GatePair()
    {
        const int Unix = 1, Stream = 1, CloseOnExec = 0x80000;
        unsafe
        {
            var ends = stackalloc int[2];
            if (Libc.SocketPair(Unix, Stream | CloseOnExec, 0, ends) != 0)
                throw new ShimException("socketpair", System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
            return (ends[0], ends[1]);
        }
    }
}
