using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Awoc.Engine.Shims;

/// <summary>Ends what is left of an attempt whose shim cannot do it: by the shim's own identity, by cgroup, and by the mark in <c>/proc/*/environ</c>.</summary>
public static partial class OrphanSweep
{
    private const int Kill9 = 9;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Kills the attempt's processes, its shim included, until none is left or <paramref name="patience"/> is over.</summary>
    /// <returns>How many processes were killed.</returns>
    public static async Task<int> KillAsync(
        string attemptDirectory, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken = default)
    {
        var killed = new HashSet<(int, long)>();
        if (ShimClaim.Read(attemptDirectory) is { } claim)
        {
            // The shim first: one that still lives would only record an end of its own making.
            var shim = new ProcessIdentity(claim.Pid, claim.StartTicks, claim.BootId);
            if (shim.IsAlive()) KillOne(claim.Pid, killed);
        }

        var info = ShimInfo.Read(attemptDirectory);
        var cgroup = info?.BootId == ProcessIdentity.CurrentBoot() ? info.Cgroup : null;
        var mark = ShimSpec.Read(attemptDirectory)?.Mark is { } text ? Encoding.UTF8.GetBytes(text) : null;
        var begin = time.GetTimestamp();
        while (true)
        {
            var found = KillCgroup(cgroup, killed) + (mark is null ? 0 : KillMarked(mark, killed));
            if (found == 0) break;
            if (time.GetElapsedTime(begin) >= patience) break;
            await Task.Delay(s_pause, time, cancellationToken);
        }

        if (cgroup is not null) RemoveDirectory(cgroup);
        return killed.Count;
    }

    /// <summary>Kills every process with this mark in the environment it began with, until none is left or <paramref name="patience"/> is over.</summary>
    /// <param name="mark"><c>NAME=value</c>, of which the value is nobody else's.</param>
    public static async Task<int> KillMarkedAsync(string mark, TimeSpan patience, TimeProvider time)
    {
        var killed = new HashSet<(int, long)>();
        var (begin, bytes) = (time.GetTimestamp(), Encoding.UTF8.GetBytes(mark));
        while (KillMarked(bytes, killed) > 0 && time.GetElapsedTime(begin) < patience) await Task.Delay(s_pause, time, CancellationToken.None);
        return killed.Count;
    }

    private static int KillCgroup(string? cgroup, HashSet<(int, long)> killed)
    {
        if (cgroup is null) return 0;
        try
        {
            var members = File.ReadAllLines(Path.Combine(cgroup, "cgroup.procs"));
            foreach (var member in members) KillOne(int.Parse(member, CultureInfo.InvariantCulture), killed);
            if (members.Length > 0) File.WriteAllText(Path.Combine(cgroup, "cgroup.kill"), "1");
            return members.Length;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static int KillMarked(ReadOnlySpan<byte> mark, HashSet<(int, long)> killed)
    {
        var found = 0;
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) continue;
            if (pid == Environment.ProcessId || !Carries(pid, mark)) continue;
            if (KillOne(pid, killed)) found++;
        }

        return found;
    }

    private static bool Carries(int pid, ReadOnlySpan<byte> mark)
    {
        try
        {
            var environment = File.ReadAllBytes($"/proc/{pid}/environ").AsSpan();
            foreach (var entry in environment.Split((byte)0))
                if (environment[entry].SequenceEqual(mark)) return true;
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            // Gone by now, or another user's: not ours to end.
        }

        return false;
    }

    private static bool KillOne(int pid, HashSet<(int, long)> killed)
    {
        if (ProcessIdentity.Stat.Read(pid) is not { IsDead: false } stat || Signal(pid, Kill9) != 0) return false;
        killed.Add((pid, stat.StartTicks));
        return true;
    }

    private static void RemoveDirectory(string cgroup)
    {
        try
        {
            Directory.Delete(cgroup);
        }
        catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
        {
            // An empty cgroup costs nothing; one that still holds a process cannot be removed.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int pid, int signal);
}
