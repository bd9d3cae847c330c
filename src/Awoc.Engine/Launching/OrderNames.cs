using System.Text.RegularExpressions;

namespace Awoc.Engine.Launching;

/// <summary>The names that people give tasks and groups.</summary>
public static partial class OrderNames
{
    private const int Longest = 64;

    public static string Allowed { get; } = $"a letter, then letters, digits, '.', '_' and '-', at most {Longest}";

    public static bool IsName(string text) => text.Length <= Longest && Pattern().IsMatch(text);

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9._-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
