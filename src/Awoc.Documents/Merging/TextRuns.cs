namespace Awoc.Documents.Merging;

/// <summary>Looks for lines in a document.</summary>
internal static class TextRuns
{
    public static bool Contains(TextDocument document, string line) => Contains(document, [line]);

    /// <summary>Whether the lines stand there one after another.</summary>
    public static bool Contains(TextDocument document, IReadOnlyList<string> lines)
    {
        // Each line that is looked for by a number: the document's lines are compared as they lie, without a copy.
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        var wanted = new int[lines.Count];
        for (var i = 0; i < wanted.Length; i++)
        {
            if (!numbers.TryGetValue(lines[i], out wanted[i])) numbers[lines[i]] = wanted[i] = numbers.Count;
        }

        var byText = numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        var there = new int[document.LineCount];
        for (var i = 0; i < there.Length; i++) there[i] = byText.TryGetValue(document.Line(i), out var number) ? number : -1;
        return LinearSearch.Contains<int>(there, wanted);
    }
}
