using System.Globalization;
using System.Text;

namespace Awoc.Documents;

/// <summary>The difference of two texts, as <c>diff -u</c> writes it and <c>patch</c> reads it: lines end with LF, and keep a CR before it.</summary>
public static class UnifiedDiff
{
    private const int Context = 3;

    /// <param name="before">Null for a file that does not exist yet.</param>
    /// <param name="name">Of the file, for the heads.</param>
    /// <returns>Nothing when the two are equal.</returns>
    public static string Of(string? before, string after, string name)
    {
        if (before == after) return "";
        var (one, other, ids) = (new DiffLines(before ?? ""), new DiffLines(after), new Dictionary<string, int>(StringComparer.Ordinal));
        one.Number(ids);
        other.Number(ids);
        var changes = LineMatching.Changes(one.Ids, other.Ids);
        var text = new StringBuilder();
        text.Append("--- ").Append(before is null ? "/dev/null" : name).Append('\n').Append("+++ ").Append(name).Append('\n');
        for (var index = 0; index < changes.Count;)
        {
            var first = index;
            // Changes whose contexts touch are one hunk.
            while (++index < changes.Count && changes[index].Before - changes[index - 1].BeforeEnd <= 2 * Context)
            {
            }

            Hunk(text, one, other, changes, first, index);
        }

        return text.ToString();
    }

    private static void Hunk(StringBuilder text, DiffLines one, DiffLines other, List<LineChange> changes, int first, int end)
    {
        var lead = Math.Min(Context, changes[first].Before);
        var tail = Math.Min(Context, one.Count - changes[end - 1].BeforeEnd);
        var (start, startAfter) = (changes[first].Before - lead, changes[first].After - lead);
        Head(text, start, changes[end - 1].BeforeEnd + tail - start, startAfter, changes[end - 1].AfterEnd + tail - startAfter);
        var at = start;
        for (var index = first; index < end; index++)
        {
            var change = changes[index];
            for (; at < change.Before; at++) one.Write(text, ' ', at);
            for (; at < change.BeforeEnd; at++) one.Write(text, '-', at);
            for (var line = change.After; line < change.AfterEnd; line++) other.Write(text, '+', line);
        }

        for (var line = at; line < at + tail; line++) one.Write(text, ' ', line);
    }

    /// <summary><c>@@ -3,6 +3,9 @@</c>: an empty range is that before which it lies, and a length of 1 goes without saying.</summary>
    private static void Head(StringBuilder text, int before, int beforeLength, int after, int afterLength)
    {
        static string Range(int start, int length) => length == 1
            ? (start + 1).ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{(length == 0 ? start : start + 1)},{length}");
        text.Append("@@ -").Append(Range(before, beforeLength)).Append(" +").Append(Range(after, afterLength)).Append(" @@\n");
    }

    /// <summary>A text in lines, each with its ending, and each with a number that equal lines share.</summary>
    private sealed class DiffLines
    {
        private readonly string _text;
        private readonly List<int> _starts = [0];

        public DiffLines(string text)
        {
            _text = text;
            for (var at = text.IndexOf('\n'); at >= 0; at = at + 1 < text.Length ? text.IndexOf('\n', at + 1) : -1) _starts.Add(at + 1);
            if (_starts[^1] != text.Length) _starts.Add(text.Length);
        }

        public int Count => _starts.Count - 1;

        public int[] Ids { get; private set; } = [];

        public void Number(Dictionary<string, int> ids)
        {
            var lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
            Ids = new int[Count];
            for (var line = 0; line < Count; line++)
            {
                var text = Line(line);
                if (!lookup.TryGetValue(text, out var id)) lookup[text] = id = ids.Count;
                Ids[line] = id;
            }
        }

        public void Write(StringBuilder text, char sign, int line)
        {
            var own = Line(line);
            text.Append(sign).Append(own);
            if (!own.EndsWith('\n')) text.Append("\n\\ No newline at end of file\n");
        }

        private ReadOnlySpan<char> Line(int line) => _text.AsSpan(_starts[line], _starts[line + 1] - _starts[line]);
    }
}
