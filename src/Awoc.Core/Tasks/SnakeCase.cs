using System.Collections.Frozen;
using System.Text.Json;

namespace Awoc.Core.Tasks;

/// <summary>The text form of an enum wherever it is stored or shown: <c>BudgetExhausted</c> is <c>budget_exhausted</c>.</summary>
public static class SnakeCase
{
    public static string Text<T>(this T value) where T : struct, Enum => Names<T>.ToText[value];

    /// <summary>The text of an axis that may be absent.</summary>
    public static string? Text<T>(this T? value) where T : struct, Enum => value is { } known ? Names<T>.ToText[known] : null;

    public static bool TryParse<T>(string? text, out T value) where T : struct, Enum
    {
        if (text is not null && Names<T>.FromText.TryGetValue(text, out value)) return true;
        value = default;
        return false;
    }

    /// <exception cref="FormatException">The text names no member.</exception>
    public static T Parse<T>(string text) where T : struct, Enum =>
        TryParse<T>(text, out var value)
            ? value
            : throw new FormatException($"'{text}' is no {typeof(T).Name}: one of {string.Join(", ", All<T>())}");

    public static IEnumerable<string> All<T>() where T : struct, Enum => Enum.GetValues<T>().Select(v => v.Text());

    private static class Names<T> where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> ToText =
            Enum.GetValues<T>().ToFrozenDictionary(v => v, v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()));

        public static readonly FrozenDictionary<string, T> FromText = ToText.ToFrozenDictionary(p => p.Value, p => p.Key);
    }
}
