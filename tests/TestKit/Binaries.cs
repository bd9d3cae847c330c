namespace Awoc.TestKit;

/// <summary>The published programs and the real agents that end-to-end tests drive. What is missing fails by name: nothing is skipped in silence.</summary>
public static class Binaries
{
    public static string Root { get; } = FindRoot();

    /// <summary><c>AWOC_BIN</c>, else <c>artifacts/bin</c>.</summary>
    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("AWOC_BIN") is { Length: > 0 } named ? named : Path.Combine(Root, "artifacts", "bin");

    public static string Awoc => Existing(Path.Combine(Folder, "awoc"), "eng/publish");

    /// <summary>The folder of <see cref="Claude"/>.</summary>
    public static string ClaudeFolder => Path.GetDirectoryName(Claude)!;

    /// <summary>The real Claude Code: <c>AWOC_CLAUDE</c>, else the one pinned in <c>tests/agents/package.json</c>.</summary>
    public static string Claude
    {
        get
        {
            var program = Environment.GetEnvironmentVariable("AWOC_CLAUDE") is { Length: > 0 } named
                ? named
                : Path.Combine(Root, "tests", "agents", "node_modules", "@anthropic-ai", "claude-code-linux-x64", "claude");
            return Existing(program, "./test, which installs it (npm ci --ignore-scripts in tests/agents)");
        }
    }

    private static string Existing(string path, string maker) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: it is made by {maker}", path);

    private static string FindRoot()
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "Awoc.slnx"))) return directory;
        }

        throw new DirectoryNotFoundException("these tests run inside the repository");
    }
}
