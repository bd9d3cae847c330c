using Awoc.TestKit;

namespace Awoc.Shim.Tests;

/// <summary>A file system of one megabyte that can grow. It takes root to mount; elsewhere the test is skipped with that reason.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TemporaryMount _mount;

    private SmallDisk(TemporaryMount mount) => _mount = mount;

    public string Path => _mount.Path;

    public static SmallDisk Mount()
    {
        var mount = TemporaryMount.TryCreate(Directory.CreateTempSubdirectory("awoc-small-disk-").FullName, "size=1m");
        Assert.SkipWhen(mount is null, "mounting a small disk is not permitted here");
        return new SmallDisk(mount);
    }

    public void Grow() => _mount.Remount("size=16m");

    public void Dispose() => _mount.Dispose();
}
