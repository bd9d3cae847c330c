using System.Text;
using System.Text.RegularExpressions;

namespace Awoc.AgentHost.Tools;

/// <summary>Shell patterns over relative paths: <c>*</c>, <c>?</c>, <c>**</c>, <c>[a-z]</c>, <c>{a,b}</c>.</summary>
internal static class GlobPattern
{
    /// <param name="anyDepth">A pattern without a slash matches names at any depth.</param>
    public static Regex Compile(string pattern, bool anyDepth)
    {
        var text = pattern.StartsWith("./", StringComparison.Ordinal) ? pattern[2..] : pattern;
        if (anyDepth && !text.Contains('/', StringComparison.Ordinal)) text = "**/" + text;
        var regex = new StringBuilder("^");
        var depth = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            switch (c)
            {
                case '*' when At(text, at + 1) == '*' && At(text, at + 2) == '/':
                    regex.Append("(?:[^/]+/)*");
                    at += 2;
                    break;
                case '*' when At(text, at + 1) == '*':
                    regex.Append(".*");
                    at++;
                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '[' when text.IndexOf(']', at + 2 <= text.Length ? at + 2 : at) is var end and > 0:
                    var body = text[(at + 1)..end].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);
                    regex.Append('[').Append(body.StartsWith('!') ? "^" + body[1..] : body).Append(']');
                    at = end;
                    break;
                case '{':
                    regex.Append("(?:");
                    depth++;
                    break;
                case '}' when depth > 0:
                    regex.Append(')');
                    depth--;
                    break;
                case ',' when depth > 0:
                    regex.Append('|');
                    break;
                default:
                    regex.Append(Regex.Escape(c.ToString()));
                    break;
            }
        }

        if (depth > 0) throw new ToolFault($"the pattern '{pattern}' has an open brace");
        try
        {
            return new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException fault)
        {
            throw new ToolFault($"the pattern '{pattern}' cannot be read: {fault.Message}");
        }
    }

    private static char At(string text, int index) => index < text.Length ? text[index] : '\0';
}
