using System.Buffers.Text;
using Awoc.Shim.Native;
using Awoc.Shim.Records;

namespace Awoc.Shim.Agent;

/// <summary>
/// The agent and all it started. It is killed in layers: the cgroup at once; then, until nothing is left to reap, every descendant (the
/// kernel hands orphans to us, their subreaper) and every process that carries the attempt's mark; the process group last.
/// </summary>
internal sealed unsafe class ProcessTree(int agentPid, Cgroup? cgroup, byte[] mark, Reaper reaper)
{
    private const long PatienceUs = 5_000_000, CgroupAloneUs = 50_000;
    private readonly KillCount _killed = new(agentPid);
    private int[] _pids = [];
    private int[] _parents = [];

    /// <summary>Processes killed that were not the agent itself.</summary>
    internal int Killed => _killed.Count;

    /// <summary>A daemon was started from here: an orphan may have slipped by in that moment, so the mark is looked for too.</summary>
    internal bool MayHaveEscaped { get; set; }

    internal void SignalGroup(int signal) => _ = Libc.Kill(-agentPid, signal);

    /// <summary>Kills all of it and waits until it is dead and reaped. False where something refuses to die in 5 s.</summary>
    internal bool Kill()
    {
        var begin = Clock.NowUs();
        cgroup?.Kill(_killed);
        for (var pause = 500L; ; pause = Math.Min(pause * 2, 8_000))
        {
            var childless = reaper.Reap();
            var populated = cgroup?.IsPopulated() ?? false;
            var elapsed = Clock.NowUs() - begin;
            if (childless && !populated)
            {
                // With no child left there is no descendant either: every orphan would have been handed to us.
                if (!MayHaveEscaped || KillFound() == 0) return true;
            }
            else if (cgroup is null || elapsed > CgroupAloneUs)
            {
                // A killed cgroup is given a moment to die first: looking through all of /proc takes longer than that.
                if (populated) cgroup!.Kill(_killed);
                KillFound();
                SignalGroup(Signals.Kill);
            }

            if (elapsed > PatienceUs) return false;
            Clock.Sleep(pause);
        }
    }

    private int KillFound()
    {
        var count = List();
        var found = 0;
        for (var i = 0; i < count; i++)
        {
            var pid = _pids[i];
            if (!IsDescendant(i, count) && !CarriesMark(pid)) continue;
            if (Libc.Kill(pid, Signals.Kill) != 0) continue;
            _killed.Add(pid);
            found++;
        }

        return found;
    }

    /// <summary>All living processes but ourselves, in ascending order as /proc lists them.</summary>
    private int List()
    {
        void* listing;
        fixed (byte* p = "/proc"u8) listing = Libc.OpenDirectory(p);
        if (listing == null) return 0;
        var own = Libc.ProcessId();
        var count = 0;
        for (var entry = Libc.ReadDirectory(listing); entry != null; entry = Libc.ReadDirectory(listing))
        {
            var name = Fd.Bytes(&entry->Name);
            if (!Utf8Parser.TryParse(name, out int pid, out var used) || used != name.Length || pid == own) continue;
            if (ProcessStat.Read(pid) is not { IsDead: false } stat) continue;
            if (count == _pids.Length)
            {
                Array.Resize(ref _pids, Math.Max(256, count * 2));
                Array.Resize(ref _parents, _pids.Length);
            }

            _pids[count] = pid;
            _parents[count++] = stat.Parent;
        }

        _ = Libc.CloseDirectory(listing);
        Array.Sort(_pids, _parents, 0, count);
        return count;
    }

    private bool IsDescendant(int index, int count)
    {
        var own = Libc.ProcessId();
        for (var depth = 0; index >= 0 && depth < 1000; depth++)
        {
            if (_parents[index] == own) return true;
            index = Array.BinarySearch(_pids, 0, count, _parents[index]);
        }

        return false;
    }

    private bool CarriesMark(int pid)
    {
        if (Fd.ReadFile(Fd.WorkingDirectory, Z.Of($"/proc/{pid}/environ")) is not { } environment) return false;
        var rest = environment.AsSpan();
        for (int at; (at = rest.IndexOf(mark)) >= 0; rest = rest[(at + 1)..])
        {
            var offset = environment.Length - rest.Length + at;
            var end = offset + mark.Length;
            if ((offset == 0 || environment[offset - 1] == 0) && (end == environment.Length || environment[end] == 0)) return true;
        }

        return false;
    }
}
