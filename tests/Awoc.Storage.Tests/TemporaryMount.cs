using System.Diagnostics;

namespace Awoc.Storage.Tests;

/// <summary>A small file system in memory, to be filled up or made read-only.</summary>
internal sealed class TemporaryMount : IDisposable
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

    public void Dispose() => Run("umount", "-l", Path);

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
