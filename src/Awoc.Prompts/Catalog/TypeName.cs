using System.Text.RegularExpressions;

namespace Awoc.Prompts.Catalog;

/// <summary>What a type may be called: a word that can stand before a colon and be a file's name.</summary>
public static partial class TypeName
{
    public const string Allowed = "a name of at most 60 letters, digits, '-' and '_', with a letter at its beginning";

    public static bool Is(string name) => Pattern().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_-]{0,59}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
