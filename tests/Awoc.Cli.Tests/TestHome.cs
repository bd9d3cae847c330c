using Awoc.Client;

namespace Awoc.Cli.Tests;

/// <summary>A home of a test's own, gone with it.</summary>
internal sealed class TestHome : IDisposable
{
    public TestHome()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("awoc-").FullName;
        Home = new AwocHome(Path.Combine(Directory, "home"));
    }

    /// <summary>A directory beside the home, for what the test itself needs.</summary>
    public string Directory { get; }

    public AwocHome Home { get; }

    /// <summary>A program that stands in for awocd.</summary>
    public string DaemonScript(string body)
    {
        var path = Path.Combine(Directory, "awocd");
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
