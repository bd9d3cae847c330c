using System.Text;

namespace Awoc.Documents.Merging;

/// <summary>
/// Lines to be put between the lines of a document. There is no way to change or to remove one: whatever is planned with it, every line
/// of the document stands after it, in its order and byte for byte.
/// </summary>
internal sealed class LineInsertions(TextDocument document)
{
    private readonly List<Insertion> _insertions = [];

    public bool IsEmpty => _insertions.Count == 0;

    /// <summary>The document starts with the mark of front matter, has none, and would have it with what is added.</summary>
    public bool WouldCloseFrontMatter =>
        document.LineCount > 0 && document.Line(0).TrimEnd().SequenceEqual("---")
        && !Enumerable.Range(1, document.LineCount - 1).Any(l => IsFrontMatterEnd(document.Line(l)))
        && _insertions.Any(i => i.Before > 0 && i.Lines.Any(l => IsFrontMatterEnd(l)));

    /// <param name="before">The line it comes before; <see cref="TextDocument.LineCount"/> for the end.</param>
    /// <param name="depth">Where several come before one line, the deeper structure comes first; then what was planned first.</param>
    /// <param name="lines">Without endings.</param>
    /// <param name="closed">The line after it is kept apart by an empty one, unless it is empty itself.</param>
    public void Add(int before, int depth, IReadOnlyList<string> lines, bool closed)
    {
        if (lines.Count > 0) _insertions.Add(new Insertion(before, depth, _insertions.Count, lines, closed));
    }

    /// <summary>All that was added, in the document's order, without the empty lines between.</summary>
    public IReadOnlyList<string> Added() => [.. Ordered().SelectMany(i => i.Lines).Where(l => l.Length > 0)];

    public string Apply()
    {
        if (IsEmpty) return document.Text;
        var ending = document.LineEnding;
        var text = new StringBuilder(document.Text.Length + _insertions.Sum(i => i.Lines.Sum(l => l.Length + 2) + 2));
        var at = 0;
        var ordered = Ordered();
        for (var index = 0; index < ordered.Count; index++)
        {
            var insertion = ordered[index];
            var offset = document.LineStart(insertion.Before);
            text.Append(document.Text, at, offset - at);
            at = offset;
            var last = index == ordered.Count - 1;
            var atEnd = insertion.Before == document.LineCount;
            if (atEnd && text.Length > 0 && text[^1] is not ('\n' or '\r')) text.Append(ending);
            for (var line = 0; line < insertion.Lines.Count; line++)
            {
                // Nothing to be kept apart from.
                if (text.Length == 0 && insertion.Lines[line].Length == 0) continue;
                // An empty line after a CR alone would make one ending of the two.
                if (insertion.Lines[line].Length == 0 && ending == "\n" && text.Length > 0 && text[^1] == '\r') text.Append('\r');
                text.Append(insertion.Lines[line]);
                // A document without a final line ending has none afterwards either.
                var final = atEnd && last && line == insertion.Lines.Count - 1;
                if (!final || document.EndsWithLineEnding || document.LineCount == 0) text.Append(ending);
            }

            if (insertion.Closed && !atEnd && (last || ordered[index + 1].Before != insertion.Before) && !document.IsBlank(insertion.Before)) text.Append(ending);
        }

        return text.Append(document.Text, at, document.Text.Length - at).ToString();
    }

    /// <summary>
    /// What would be made of a part of the document: the lines for which <paramref name="kept"/> holds, an empty one for each run of others, and
    /// all that is added.
    /// </summary>
    public string ApplyTo(Func<int, bool> kept)
    {
        var text = new StringBuilder();
        var ordered = Ordered();
        var (next, left) = (0, false);
        for (var line = 0; line <= document.LineCount; line++)
        {
            var closed = false;
            for (; next < ordered.Count && ordered[next].Before == line; next++)
            {
                foreach (var added in ordered[next].Lines) text.Append(added).Append('\n');
                closed = ordered[next].Closed;
                left = false;
            }

            if (line == document.LineCount) break;
            if (kept(line))
            {
                if (closed && !document.IsBlank(line)) text.Append('\n');
                text.Append(document.Line(line)).Append('\n');
                left = false;
            }
            else if (!left)
            {
                text.Append('\n');
                left = true;
            }
        }

        return text.ToString();
    }

    private static bool IsFrontMatterEnd(ReadOnlySpan<char> line) => line.TrimEnd() is "---" or "...";

    private List<Insertion> Ordered() => [.. _insertions.OrderBy(i => i.Before).ThenByDescending(i => i.Depth).ThenBy(i => i.Order)];

    private sealed record Insertion(int Before, int Depth, int Order, IReadOnlyList<string> Lines, bool Closed);
}
