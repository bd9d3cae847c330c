using System.Buffers;
using System.Text;

namespace Awoc.Documents;

/// <summary>
/// What ends a line here: LF, CRLF and CR alone. U+0085, U+2028, U+2029 and the form feed are characters of a line: JSON's strings may hold
/// them as they are, and source code does.
/// </summary>
public static class LineEndings
{
    private static readonly SearchValues<char> s_ends = SearchValues.Create('\r', '\n');

    /// <summary>The text with each of its line endings as that one.</summary>
    public static string Replace(string text, string ending)
    {
        var rest = text.AsSpan();
        var at = rest.IndexOfAny(s_ends);
        if (at < 0) return text;
        var replaced = new StringBuilder(text.Length);
        for (; at >= 0; at = rest.IndexOfAny(s_ends))
        {
            replaced.Append(rest[..at]).Append(ending);
            rest = rest[(at + (rest[at..] is ['\r', '\n', ..] ? 2 : 1))..];
        }

        return replaced.Append(rest).ToString();
    }
}
