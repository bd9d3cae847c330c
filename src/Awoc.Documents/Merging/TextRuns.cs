namespace Awoc.Documents.Merging;

/// <summary>Looks for lines in a document.</summary>
internal static class TextRuns
{
    public static bool Contains(TextDocument document, string line) => Contains(document, [line]);

    /// <summary>Whether the lines stand there one after another.</summary>
    public static bool Contains(TextDocument document, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0) return true;
        // Knuth, Morris and Pratt's search: a log of like lines would else take the product of both lengths.
        var fallbacks = Fallbacks(lines);
        var matched = 0;
        for (var line = 0; line < document.LineCount; line++)
        {
            while (matched > 0 && !document.Line(line).SequenceEqual(lines[matched])) matched = fallbacks[matched - 1];
            if (document.Line(line).SequenceEqual(lines[matched])) matched++;
            if (matched == lines.Count) return true;
        }

        return false;
    }

    /// <summary>For each line: how many of the first lines are also the last ones up to it, without being all of them.</summary>
    private static int[] Fallbacks(IReadOnlyList<string> lines)
    {
        var fallbacks = new int[lines.Count];
        var matched = 0;
        for (var line = 1; line < lines.Count; line++)
        {
            while (matched > 0 && lines[line] != lines[matched]) matched = fallbacks[matched - 1];
            if (lines[line] == lines[matched]) matched++;
            fallbacks[line] = matched;
        }

        return fallbacks;
    }
}
