namespace Awoc.Compare;

/// <summary>The programs that are compared.</summary>
internal static class Tools
{
    public static string Bin { get; } = Environment.GetEnvironmentVariable("AWOC_BIN") is { Length: > 0 } named ? named : Path.Combine(Root(), "artifacts", "bin");

    public static string Awoc => Path.Combine(Bin, "awoc");

    public static string Daemon => Path.Combine(Bin, "awocd");

    public static string Shim => Path.Combine(Bin, "awoc-shim");

    public static string Claude { get; } = Environment.GetEnvironmentVariable("AWOC_CLAUDE") is { Length: > 0 } named
        ? named
        : Path.Combine(Root(), "tests", "agents", "node_modules", "@anthropic-ai", "claude-code-linux-x64", "claude");

    public static string SearchPath => $"{Bin}:{Path.GetDirectoryName(Claude)}:/usr/local/bin:/usr/bin:/bin";

    /// <summary>What the chosen sections need and is not there, with the way to it.</summary>
    public static IReadOnlyList<string> Missing(Options options)
    {
        List<string> missing = [];
        foreach (var program in (string[])[Awoc, Daemon, Shim])
            if (!File.Exists(program)) missing.Add($"{program} is missing: eng/publish makes it (AWOC_BIN names another folder)");
        if (options.Sections.Contains("launch") || options.Sections.Contains("jobs"))
        {
            if (Find("tsp") is null) missing.Add("task-spooler is missing: apt-get install task-spooler");
            if (Find("parallel") is null) missing.Add("GNU parallel is missing: apt-get install parallel");
        }

        if ((options.Sections.Contains("claude") || options.Sections.Contains("warm")) && !File.Exists(Claude))
            missing.Add($"{Claude} is missing: (cd tests/agents && npm ci --ignore-scripts), or name one in AWOC_CLAUDE");
        return missing;
    }

    private static string? Find(string name) =>
        ((string[])["/usr/local/bin", "/usr/bin", "/bin"]).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static string Root()
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "Awoc.slnx"))) return directory;
        }

        throw new DirectoryNotFoundException("the comparison runs inside the repository");
    }
}
