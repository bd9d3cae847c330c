namespace Awoc.Documents.Merging;

/// <summary>Looks for lines in a document.</summary>
internal static class TextRuns
{
    public static bool Contains(TextDocument document, string line) => Contains(document, [line]);

    /// <summary>Whether the lines stand there one after another; empty ones at their ends do not count.</summary>
    public static bool Contains(TextDocument document, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0) return true;
        // The longest is the rarest: the text is searched for it alone.
        var rarest = 0;
        for (var index = 1; index < lines.Count; index++)
        {
            if (lines[index].Length > lines[rarest].Length) rarest = index;
        }

        for (var line = rarest; line + lines.Count - rarest <= document.LineCount; line++)
        {
            if (document.Line(line).SequenceEqual(lines[rarest]) && Matches(document, line - rarest, lines)) return true;
        }

        return false;
    }

    private static bool Matches(TextDocument document, int start, IReadOnlyList<string> lines)
    {
        for (var index = 0; index < lines.Count; index++)
        {
            if (!document.Line(start + index).SequenceEqual(lines[index])) return false;
        }

        return true;
    }
}
