using System.Diagnostics;

namespace Awoc.EndToEnd.BadInput;

/// <summary>A small file system of a test's own; skipped, by name, where mounting is not permitted.</summary>
internal sealed class Mount : IDisposable
{
    private readonly string _at;

    private Mount(string at) => _at = at;

    public static Mount Small(string at, int megabytes) => Make(at, $"size={megabytes}m,mode=0700");

    public static Mount ReadOnly(string at) => Make(at, "size=1m,ro,mode=0700");

    public void Dispose()
    {
        Run("umount", "--lazy", _at);
        Directory.Delete(_at);
    }

    private static Mount Make(string at, string options)
    {
        Directory.CreateDirectory(at);
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", at), "mounting is not permitted here (it takes root)");
        return new Mount(at);
    }

    private static bool Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
