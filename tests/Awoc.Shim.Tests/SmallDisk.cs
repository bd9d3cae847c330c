using System.Diagnostics;

namespace Awoc.Shim.Tests;

/// <summary>A file system of one megabyte that can grow. It takes root to mount; elsewhere the test is skipped with that reason.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static async Task<SmallDisk> MountAsync()
    {
        var path = Directory.CreateTempSubdirectory("awoc-small-disk-").FullName;
        var code = await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "awoc-test", path);
        Assert.SkipWhen(code != 0, "mounting a small disk is not permitted here");
        return new SmallDisk(path);
    }

    public void Grow() => RunAsync("mount", "-o", "remount,size=16m", Path).GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static async Task<int> RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
