namespace Awoc.Core.Budgets;

/// <summary>What Anthropic documents of its prompt cache.</summary>
public static class CacheRules
{
    private const int UsualLeast = 1024;

    private static readonly (string Model, int Tokens)[] s_least =
    [
        ("claude-opus-4-7", 2048),
        ("claude-opus-4-6", 4096),
        ("claude-opus-4-5", 4096),
        ("claude-haiku-4-5", 4096),
        ("haiku", 4096),
        ("claude-3-5-haiku", 2048),
        ("claude-3-haiku", 2048),
    ];

    /// <summary>How long an entry lives after its last use.</summary>
    public static TimeSpan Life(bool hour) => hour ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(5);

    /// <summary>Tokens below which a model's prompts are not cached.</summary>
    public static int Least(string? model)
    {
        foreach (var (name, tokens) in s_least)
        {
            if (model?.StartsWith(name, StringComparison.Ordinal) == true) return tokens;
        }

        return UsualLeast;
    }
}
