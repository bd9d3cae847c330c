namespace Awoc.Shim.Agent;

/// <summary>Who was killed besides the agent itself, each counted once.</summary>
internal sealed class KillCount(int agentPid)
{
    private readonly List<int> _pids = [];

    internal int Count => _pids.Count;

    internal void Add(int pid)
    {
        if (pid == agentPid) return;
        var at = _pids.BinarySearch(pid);
        if (at < 0) _pids.Insert(~at, pid);
    }
}
