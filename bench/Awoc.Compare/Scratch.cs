namespace Awoc.Compare;

/// <summary>A directory for everything that one comparison makes.</summary>
internal sealed class Scratch : IDisposable
{
    public Scratch(string root)
    {
        Path = System.IO.Path.Combine(root, $"awoc-compare-{Environment.ProcessId}");
        Directory.CreateDirectory(Work);
    }

    public string Path { get; }

    /// <summary>Where jobs run.</summary>
    public string Work => In("work");

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>The whole environment of what is run: the same on every side, and nothing of the caller's.</summary>
    public Dictionary<string, string> Variables(string? home = null)
    {
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = Tools.SearchPath,
            ["HOME"] = Path,
            ["LANG"] = "C.UTF-8",
            ["IS_SANDBOX"] = "1",
            // task-spooler's server and the files of its jobs.
            ["TS_SOCKET"] = In("tsp.sock"),
            ["TMPDIR"] = Path,
        };
        if (home is not null) variables["AWOC_HOME"] = home;
        return variables;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
