namespace Awoc.Engine.Contexts;

/// <summary>How large what tasks share may be.</summary>
/// <param name="MapTokens">Of a repository map.</param>
/// <param name="FileTokens">Of all context files of a group together.</param>
public sealed record ContextSettings(int MapTokens, int FileTokens)
{
    public static ContextSettings Default { get; } = new(6_000, 60_000);
}
