using Awoc.TestKit;

namespace Awoc.EndToEnd.BadInput;

/// <summary>A small file system of a test's own; skipped, by name, where mounting is not permitted.</summary>
internal static class Mount
{
    public static TemporaryMount Small(string at, int megabytes) => Make(at, $"size={megabytes}m,mode=0700");

    public static TemporaryMount ReadOnly(string at) => Make(at, "size=1m,ro,mode=0700");

    private static TemporaryMount Make(string at, string options)
    {
        var mount = TemporaryMount.TryCreate(at, options);
        Assert.SkipWhen(mount is null, "mounting is not permitted here (it takes root)");
        return mount;
    }
}
