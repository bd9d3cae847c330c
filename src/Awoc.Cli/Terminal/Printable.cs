using System.Text;

namespace Awoc.Cli.Terminal;

/// <summary>
/// Text from elsewhere, made fit for a terminal: an agent's or a user's words must not move the cursor, set a title or
/// break a table.
/// </summary>
internal static class Printable
{
    /// <summary>One line: every control character becomes a space, runs of white space one.</summary>
    public static string Line(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            var plain = IsUnsafe(c) || char.IsWhiteSpace(c) ? ' ' : c;
            if (plain == ' ' && (line.Length == 0 || line[^1] == ' ')) continue;
            line.Append(plain);
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>Several lines: line ends and tabs stay.</summary>
    public static string Lines(string text) => text.Any(IsUnsafe)
        ? string.Create(text.Length, text, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = IsUnsafe(from[i]) && from[i] is not ('\n' or '\t') ? ' ' : from[i];
        })
        : text;

    /// <summary>At most so many characters, the last an ellipsis when some were cut.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length) return text;
        var end = length - 1;
        if (char.IsHighSurrogate(text[end - 1])) end--;
        return $"{text.AsSpan(0, end).TrimEnd()}…";
    }

    // Besides the controls: what turns the direction of writing around.
    private static bool IsUnsafe(char c) => char.IsControl(c) || c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069';
}
