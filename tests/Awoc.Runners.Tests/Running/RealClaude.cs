namespace Awoc.Runners.Tests.Running;

/// <summary>The installed Claude Code: <c>AWOC_CLAUDE</c>, else the one that the test script puts under <c>tests/agents</c>.</summary>
internal static class RealClaude
{
    public static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable("AWOC_CLAUDE") is { Length: > 0 } named) return named;
            for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            {
                if (!File.Exists(System.IO.Path.Combine(at.FullName, "Awoc.slnx"))) continue;
                var installed = System.IO.Path.Combine(at.FullName, "tests/agents/node_modules/@anthropic-ai/claude-code-linux-x64/claude");
                if (File.Exists(installed)) return installed;
            }

            Assert.Skip("no Claude Code: ./test installs it, or set AWOC_CLAUDE to its program");
            return "";
        }
    }
}
