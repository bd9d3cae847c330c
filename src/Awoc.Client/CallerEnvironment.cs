using System.Collections;
using System.Text.RegularExpressions;

namespace Awoc.Client;

/// <summary>
/// The caller's environment, parted in two: what may be stored with a task, and what looks like a secret and stays in memory.
/// </summary>
/// <param name="Plain">Variables that may be written down.</param>
/// <param name="Secrets">Variables that may not.</param>
public sealed partial record CallerEnvironment(IReadOnlyDictionary<string, string> Plain, IReadOnlyDictionary<string, string> Secrets)
{
    private static readonly string[] s_secretWords = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL"];

    /// <summary>The environment of this process.</summary>
    public static CallerEnvironment Current()
    {
        var all = new List<KeyValuePair<string, string>>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            all.Add(new((string)entry.Key, (string?)entry.Value ?? ""));
        return Split(all);
    }

    /// <summary>Parts variables by their names, and by a password in an address that they hold.</summary>
    public static CallerEnvironment Split(IEnumerable<KeyValuePair<string, string>> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var plain = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var secrets = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in variables)
            (HoldsLogin(name, value) || (IsSecret(name) && !IsCount(name, value)) ? secrets : plain)[name] = value;
        return new CallerEnvironment(plain, secrets);
    }

    /// <summary>
    /// Whether a variable's name says that its value is a secret. It errs on the careful side: a <c>KEYBOARD</c> that is kept in
    /// memory costs nothing, a key that is written down cannot be taken back.
    /// </summary>
    public static bool IsSecret(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var word in s_secretWords)
        {
            if (name.Contains(word, StringComparison.OrdinalIgnoreCase)) return true;
        }

        // SSH_ASKPASS and GIT_ASKPASS name a program.
        return PassWord().IsMatch(name) && !name.EndsWith("ASKPASS", StringComparison.OrdinalIgnoreCase);
    }

    // http://user:pass@proxy:8080, postgres://user:pass@host/db; of a proxy user:pass@proxy:8080 as well.
    private static bool HoldsLogin(string name, string value) =>
        LoginInUrl().IsMatch(value) || (name.EndsWith("_PROXY", StringComparison.OrdinalIgnoreCase) && value.Contains('@', StringComparison.Ordinal));

    // DB_PASS, PGPASS_2, but no COMPASS_DIR or PASSENGER.
    [GeneratedRegex(@"(^|_|PG|SQL|DB)PASS(_|\d|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PassWord();

    [GeneratedRegex(@"://[^\s/?#@:]*:[^\s/?#@]+@", RegexOptions.CultureInvariant)]
    private static partial Regex LoginInUrl();

    /// <summary>A number of tokens, such as CLAUDE_CODE_MAX_OUTPUT_TOKENS, is a setting and no secret.</summary>
    private static bool IsCount(string name, string value) =>
        name.EndsWith("_TOKENS", StringComparison.OrdinalIgnoreCase) && value.Length is > 0 and < 10 && value.All(char.IsAsciiDigit);

    /// <summary>A record prints its members: secrets are to stay out of every log.</summary>
    public override string ToString() => $"environment ({Plain.Count} variables, {Secrets.Count} secrets)";
}
