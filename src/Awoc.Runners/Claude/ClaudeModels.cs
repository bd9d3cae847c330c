using Awoc.Core.Tasks;

namespace Awoc.Runners.Claude;

/// <summary>The short names that the CLI itself resolves.</summary>
internal static class ClaudeModels
{
    private const string LongContext = "[1m]";

    public static IReadOnlyList<string> Aliases { get; } = ["sonnet", "opus", "haiku", "opusplan", "best", "default"];

    /// <summary>A full name as it is, an alias by the user's variable for it; null for one that each version of the CLI resolves in its own way.</summary>
    public static string? Asked(TaskSpec spec)
    {
        if (spec.Model is not { } model) return null;
        var plain = model.EndsWith(LongContext, StringComparison.Ordinal) ? model[..^LongContext.Length] : model;
        return Aliases.Contains(plain) ? spec.Environment.Value($"ANTHROPIC_DEFAULT_{plain.ToUpperInvariant()}_MODEL") : model;
    }
}
