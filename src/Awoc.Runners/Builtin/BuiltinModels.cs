using Awoc.Core.Tasks;

namespace Awoc.Runners.Builtin;

/// <summary>
/// The short names and what they stand for, with the length of one answer in tokens. A user's
/// <c>ANTHROPIC_DEFAULT_SONNET_MODEL</c> (<c>_OPUS_</c>, <c>_HAIKU_</c>), as Claude Code knows them, comes before the table.
/// </summary>
internal static class BuiltinModels
{
    /// <summary>For a model that is not in the table: what every current model takes.</summary>
    private const int OtherMaxOutput = 32_000;

    private static readonly (string Alias, string Model, int MaxOutput)[] s_table =
    [
        ("sonnet", "claude-sonnet-5", 32_000),
        ("opus", "claude-opus-4-8", 32_000),
        ("haiku", "claude-haiku-4-5-20251001", 32_000),
    ];

    public static IEnumerable<string> Aliases => s_table.Select(row => row.Alias).Append("default");

    public static (string Model, int MaxOutput) Resolve(TaskSpec spec)
    {
        var name = spec.Model is null or "default" ? s_table[0].Alias : spec.Model;
        var row = s_table.FirstOrDefault(r => r.Alias == name || r.Model == name);
        if (row.Alias is null) return (name, OtherMaxOutput);
        var own = name == row.Alias ? spec.Environment.Value($"ANTHROPIC_DEFAULT_{row.Alias.ToUpperInvariant()}_MODEL") : null;
        return (own ?? row.Model, row.MaxOutput);
    }
}
