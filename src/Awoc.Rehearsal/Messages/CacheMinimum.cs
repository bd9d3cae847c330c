namespace Awoc.Rehearsal.Messages;

/// <summary>How many tokens a prefix has at least to be cached, by model, as Anthropic documents it.</summary>
internal static class CacheMinimum
{
    private const int Usual = 1024;

    private static readonly (string Model, int Tokens)[] s_others =
    [
        ("claude-opus-4-7", 2048),
        ("claude-opus-4-6", 4096),
        ("claude-opus-4-5", 4096),
        ("claude-haiku-4-5", 4096),
        ("claude-3-5-haiku", 2048),
        ("claude-3-haiku", 2048),
    ];

    public static int Of(string model)
    {
        foreach (var (name, tokens) in s_others)
        {
            if (model.StartsWith(name, StringComparison.Ordinal)) return tokens;
        }

        return Usual;
    }
}
