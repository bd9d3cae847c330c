using System.Buffers.Text;
using System.Text;
using Awoc.Shim.Native;

namespace Awoc.Shim.Agent;

/// <summary>A cgroup (v2) of the attempt's own, below the one the shim is in: what is in it cannot leave it by sessions or double forks.</summary>
internal sealed unsafe class Cgroup
{
    private readonly string _path;

    private Cgroup(string path) => _path = path;

    internal string Path => _path;

    /// <summary>Makes one; null where there is no cgroup v2 or it is not ours to write.</summary>
    internal static Cgroup? Create(string name)
    {
        if (Mount() is not { } mount || Own() is not { } own) return null;
        var parent = $"{mount}{(own == "/" ? "" : own)}/awoc";
        var path = $"{parent}/{name}";

        // Another shim may remove the parent, empty for a moment, between the two.
        for (var tries = 0; tries < 5; tries++)
        {
            fixed (byte* p = Z.Of(parent)) _ = Libc.MakeDirectory(p, 0x1ED);
            fixed (byte* p = Z.Of(path))
                if (Libc.MakeDirectory(p, 0x1ED) == 0) return new Cgroup(path);
        }

        return null;
    }

    /// <summary>Moves a process in; false where that is not allowed.</summary>
    internal bool Add(int pid) => Write("cgroup.procs", Encoding.ASCII.GetBytes(pid.ToString()));

    /// <summary>True while a process lives in it or below.</summary>
    internal bool IsPopulated() =>
        Fd.ReadFile(Fd.WorkingDirectory, Z.Of($"{_path}/cgroup.events")) is { } events && events.AsSpan().IndexOf("populated 1"u8) >= 0;

    /// <summary>Kills all at once, forks in flight included, and notes who they were.</summary>
    internal void Kill(KillCount killed)
    {
        Visit(_path, directory =>
        {
            if (Fd.ReadFile(Fd.WorkingDirectory, Z.Of($"{directory}/cgroup.procs")) is not { } members) return;
            foreach (var range in members.AsSpan().Split((byte)'\n'))
            {
                if (!Utf8Parser.TryParse(members.AsSpan(range), out int pid, out _)) continue;
                killed.Add(pid);
                _ = Libc.Kill(pid, Signals.Kill);
            }
        });
        _ = Write("cgroup.kill", "1"u8);
    }

    /// <summary>Removes it and the shared parent where that is empty.</summary>
    internal void Remove()
    {
        Visit(_path, directory => _ = Fd.Unlink(Fd.WorkingDirectory, Z.Of(directory), isDirectory: true));
        _ = Fd.Unlink(Fd.WorkingDirectory, Z.Of(_path[.._path.LastIndexOf('/')]), isDirectory: true);
    }

    private bool Write(string file, ReadOnlySpan<byte> content)
    {
        var fd = Fd.Open(Fd.WorkingDirectory, Z.Of($"{_path}/{file}"), Open.Write);
        if (fd < 0) return false;
        var written = Fd.Write(fd, content) == content.Length;
        Fd.Close(ref fd);
        return written;
    }

    /// <summary>The directory and all below it, the deepest first: a shim under this one has its cgroups inside.</summary>
    private static void Visit(string directory, Action<string> visit)
    {
        const byte IsDirectory = 4;
        void* listing;
        fixed (byte* p = Z.Of(directory)) listing = Libc.OpenDirectory(p);
        if (listing == null) return;
        for (var entry = Libc.ReadDirectory(listing); entry != null; entry = Libc.ReadDirectory(listing))
        {
            var name = Fd.Bytes(&entry->Name);
            if (entry->Type == IsDirectory && name[0] != '.') Visit($"{directory}/{Encoding.UTF8.GetString(name)}", visit);
        }

        _ = Libc.CloseDirectory(listing);
        visit(directory);
    }

    /// <summary>Where cgroup2 is mounted: <c>41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw</c>.</summary>
    private static string? Mount()
    {
        if (Fd.ReadFile(Fd.WorkingDirectory, "/proc/self/mountinfo"u8) is not { } mounts) return null;
        foreach (var line in Encoding.UTF8.GetString(mounts).Split('\n'))
            if (line.Contains(" - cgroup2 ", StringComparison.Ordinal)) return line.Split(' ')[4];
        return null;
    }

    /// <summary>Our own place in it: the line <c>0::/user.slice/…</c>.</summary>
    private static string? Own()
    {
        if (Fd.ReadFile(Fd.WorkingDirectory, "/proc/self/cgroup"u8) is not { } groups) return null;
        foreach (var line in Encoding.UTF8.GetString(groups).Split('\n'))
            if (line.StartsWith("0::", StringComparison.Ordinal)) return line[3..];
        return null;
    }
}
