using System.Buffers;
using System.Text;

namespace Awoc.Prompts.Templating;

/// <summary>Makes a user's text fit for a prompt whose structure is read by its headings.</summary>
internal static class PromptText
{
    /// <summary>All that ends a line for one reader or another.</summary>
    private static readonly SearchValues<char> s_lineEnds = SearchValues.Create("\n\v\f\u0085\u2028\u2029");

    /// <summary>
    /// The text as a block quote: every line carries the mark, so nothing in it can pass for a heading of the prompt.
    /// Control characters (a terminal's escape among them) are shown by their symbols.
    /// </summary>
    public static void AppendQuote(StringBuilder to, string text)
    {
        var rest = text.ReplaceLineEndings("\n").AsSpan();
        while (true)
        {
            var end = rest.IndexOfAny(s_lineEnds);
            to.Append("> ");
            AppendVisible(to, end < 0 ? rest : rest[..end]);
            to.Append('\n');
            if (end < 0) return;
            rest = rest[(end + 1)..];
        }
    }

    /// <inheritdoc cref="AppendQuote"/>
    /// <returns>Without a line's end at the end.</returns>
    public static string Quote(string text)
    {
        var quote = new StringBuilder(text.Length + 64);
        AppendQuote(quote, text);
        quote.Length--;
        return quote.ToString();
    }

    /// <summary>The text on one line.</summary>
    public static string Line(string text)
    {
        var line = new StringBuilder(text.Length);
        AppendVisible(line, text);
        return line.ToString();
    }

    /// <summary>A fence longer than any in the text tells where it ends; the quote marks keep its headings from being the prompt's.</summary>
    public static string Fenced(string text)
    {
        int longest = 2, run = 0;
        foreach (var c in text)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var fence = new string('`', longest + 1);
        return Quote($"{fence}\n{text.TrimEnd('\n', '\r')}\n{fence}");
    }

    private static void AppendVisible(StringBuilder to, ReadOnlySpan<char> text)
    {
        foreach (var c in text) to.Append(Visible(c));
    }

    // U+2400 on: the symbols of the control characters, in their order.
    private static char Visible(char c) => c switch
    {
        '\t' => c,
        < ' ' => (char)('\u2400' + c),
        '\u007f' => '\u2421',
        _ when char.IsControl(c) || c is '\u2028' or '\u2029' => '\ufffd',
        _ => c,
    };
}
