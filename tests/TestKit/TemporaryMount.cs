using System.Diagnostics;

namespace Awoc.TestKit;

/// <summary>A small file system in memory, to be filled up, grown or made read-only. It takes root to mount.</summary>
public sealed class TemporaryMount : IDisposable
{
    private TemporaryMount(string path) => Path = path;

    public string Path { get; }

    /// <summary>Null where this user may not mount.</summary>
    public static TemporaryMount? TryCreate(string path, string options)
    {
        Directory.CreateDirectory(path);
        return Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path) == 0 ? new TemporaryMount(path) : null;
    }

    public void Remount(string options)
    {
        if (Run("mount", "-o", "remount," + options, Path) != 0) throw new InvalidOperationException($"{Path} could not be remounted");
    }

    /// <summary>What still has a file open in it keeps it, unseen, until it closes that.</summary>
    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
