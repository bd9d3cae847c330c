namespace Awoc.Runners.Claude;

/// <summary>The short names that the CLI itself resolves.</summary>
internal static class ClaudeModels
{
    public static IReadOnlyList<string> Aliases { get; } = ["sonnet", "opus", "haiku", "opusplan", "best", "default"];
}
