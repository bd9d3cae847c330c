using System.Text;
using Awoc.Plans.Yaml;

namespace Awoc.Plans.Batches;

/// <summary>A line as a shell's words, quotes and backslashes resolved; nothing is expanded.</summary>
internal static class CommandWords
{
    /// <param name="at">Where the text begins in its file.</param>
    public static (IReadOnlyList<BatchValue> Words, PlanFault? Fault) Split(string line, TextPosition at)
    {
        List<BatchValue> words = [];
        var word = new StringBuilder();
        int? begun = null;
        char quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                // Within double quotes a shell takes a backslash away before these alone.
                else if (c == '\\' && quote == '"' && i + 1 < line.Length && line[i + 1] is '"' or '\\' or '$' or '`') word.Append(line[++i]);
                else word.Append(c);
                continue;
            }

            switch (c)
            {
                case '"' or '\'':
                    quote = c;
                    begun ??= i;
                    break;
                case '\\' when i + 1 < line.Length:
                    begun ??= i;
                    word.Append(line[++i]);
                    break;
                case '#' when begun is null:
                    i = line.Length;
                    break;
                case ' ' or '\t' or '\r':
                    End();
                    break;
                default:
                    begun ??= i;
                    word.Append(c);
                    break;
            }
        }

        if (quote != '\0') return ([], new PlanFault(at.Line, at.Column + begun!.Value, $"the quote {quote} is not closed in this line"));
        End();
        return (words, null);

        void End()
        {
            if (begun is not { } start) return;
            words.Add(new BatchValue(word.ToString(), new TextPosition(at.Line, at.Column + start)));
            word.Clear();
            begun = null;
        }
    }
}
