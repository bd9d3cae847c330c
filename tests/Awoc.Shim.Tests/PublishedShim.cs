using System.Diagnostics;
using Awoc.TestKit;

[assembly: AssemblyFixture(typeof(Awoc.Shim.Tests.PublishedShim))]

namespace Awoc.Shim.Tests;

/// <summary>The shim as it is shipped: native, published once for all tests. <c>AWOC_SHIM</c> names one that exists already.</summary>
public sealed class PublishedShim
{
    public PublishedShim()
    {
        if (Environment.GetEnvironmentVariable("AWOC_SHIM") is { Length: > 0 } named)
        {
            Path = named;
            return;
        }

        var root = Binaries.Root;
        var output = System.IO.Path.Combine(root, "artifacts", "tests", "shim");
        Directory.CreateDirectory(output);
        using var alone = Lock(System.IO.Path.Combine(root, "artifacts", "tests", "shim.lock"));
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "publish", System.IO.Path.Combine(root, "src/Awoc.Shim/Awoc.Shim.csproj"),
                "-c", "Release", "-r", "linux-x64", "-o", output, "--nologo", "-v", "q", "-m:1",
            },
            RedirectStandardOutput = true,
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var publish = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        var words = publish.StandardOutput.ReadToEnd();
        publish.WaitForExit();
        if (publish.ExitCode != 0) throw new InvalidOperationException($"the shim cannot be published: {words}");
        Path = System.IO.Path.Combine(output, "awoc-shim");
    }

    public string Path { get; }

    private static FileStream Lock(string path)
    {
        for (var watch = Stopwatch.StartNew(); ; Thread.Sleep(100))
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (watch.Elapsed < TimeSpan.FromMinutes(5))
            {
            }
        }
    }
}
