using System.Globalization;
using Awoc.Core.Tasks;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Scheduling;

/// <summary>Looks now and then at what the attempts under way hold in memory: one pass over all processes for all of them.</summary>
public sealed class FootprintWatch(EnginePorts ports, MachineRoom room, Footprints footprints)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(3);

    private static readonly long s_page = Environment.SystemPageSize;

    /// <summary>The shims: what an agent leaves behind is handed to them.</summary>
    private readonly Dictionary<(TaskId Id, int Attempt), int> _shims = [];

    /// <param name="attempts">Those under way.</param>
    public async Task RoundAsync(Func<IEnumerable<AgentTask>> attempts, CancellationToken stop)
    {
        await Task.Delay(s_every, ports.Time, stop);
        if (room.Running.Count == 0) return;
        Look([.. attempts()]);
        await footprints.SaveAsync(ports.Book.Store, stop);
    }

    private void Look(List<AgentTask> attempts)
    {
        var roots = new Dictionary<int, TaskId>();
        var keys = attempts.Select(t => (t.Id, t.Attempt)).ToHashSet();
        foreach (var gone in _shims.Keys.Where(k => !keys.Contains(k)).ToList()) _shims.Remove(gone);
        foreach (var task in attempts)
        {
            var key = (task.Id, task.Attempt);
            if (!_shims.TryGetValue(key, out var pid))
            {
                if (ShimInfo.Read(ports.Paths.Task(task.Id).Attempt(task.Attempt).Path) is not { Pid: > 0 } shim) continue;
                _shims[key] = pid = shim.Pid;
            }

            roots[pid] = task.Id;
        }

        if (roots.Count == 0) return;
        var processes = Processes();
        var sums = new Dictionary<TaskId, long>();
        foreach (var (pid, process) in processes)
        {
            if (RootOf(pid, processes, roots) is { } id) sums[id] = sums.GetValueOrDefault(id) + process.Bytes;
        }

        foreach (var (id, bytes) in sums) room.Saw(id, bytes);
    }

    private static TaskId? RootOf(int pid, Dictionary<int, (int Parent, long Bytes)> processes, Dictionary<int, TaskId> roots)
    {
        // A process id that was given out again while the list was made could close a circle.
        for (var steps = 0; steps < 1000; steps++)
        {
            if (roots.TryGetValue(pid, out var id)) return id;
            if (!processes.TryGetValue(pid, out var process)) return null;
            pid = process.Parent;
        }

        return null;
    }

    private static Dictionary<int, (int Parent, long Bytes)> Processes()
    {
        var processes = new Dictionary<int, (int, long)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) continue;
            try
            {
                // 812 (a name) S 1 …: field 4 is the parent, 24 the resident pages.
                var text = File.ReadAllText($"{directory}/stat");
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                processes[pid] = (int.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[21], CultureInfo.InvariantCulture) * s_page);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
            }
        }

        return processes;
    }
}
