namespace Awoc.Runners.Tests.Running;

/// <summary>The real Claude Code CLI.</summary>
internal static class RealClaude
{
    public static string Path => TestKit.Binaries.Claude;
}
