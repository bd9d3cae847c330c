using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>
/// The YAML before a document, as far as it can be merged by lines: keys at its first level. New keys are added, lists written one item a
/// line take new items; a list in brackets cannot grow without changing its line, so that a further item there is a conflict, as another
/// value is.
/// </summary>
internal static class FrontMatter
{
    public static void Merge(MarkdownOutline target, MarkdownOutline result, LineInsertions edits, MergeTally tally)
    {
        if (result.FrontMatter is not { } from || from.End - from.Start < 3) return;
        if (target.FrontMatter is not { } into)
        {
            var all = Enumerable.Range(from.Start, from.End - from.Start).Select(l => result.Document.Line(l).ToString()).ToList();
            if (target.Document.LineCount > 0 && !target.Document.IsBlank(0)) all.Add("");
            edits.Add(0, int.MaxValue, all, closed: false);
            return;
        }

        Dictionary<string, Entry> there = [];
        foreach (var entry in Read(target.Document, into)) there.TryAdd(entry.Key, entry);
        List<string> news = [];
        HashSet<string> added = [];
        foreach (var entry in Read(result.Document, from))
        {
            if (!there.TryGetValue(entry.Key, out var own))
            {
                if (added.Add(entry.Key)) news.AddRange(entry.Lines);
            }
            else if (own.Value == entry.Value)
            {
                tally.Duplicates++;
            }
            else if (own.Items is null || entry.Items is null)
            {
                tally.Conflict(entry.Key, own.Start + 1, own.Value, entry.Value);
            }
            else
            {
                AddItems(own, entry, edits, tally);
            }
        }

        edits.Add(into.End - 1, 0, news, closed: false);
    }

    /// <summary>Text between two rules at the start of a result is no YAML: leaving it out as front matter would lose it.</summary>
    public static DocumentFault? Fault(MarkdownOutline outline)
    {
        if (outline.FrontMatter is not { } block) return null;
        var document = outline.Document;
        var entries = Read(document, block);
        var next = 0;
        for (var line = block.Start + 1; line < block.End - 1; line++)
        {
            while (next < entries.Count && entries[next].End <= line) next++;
            if (document.IsBlank(line) || document.Line(line).StartsWith('#') || (next < entries.Count && entries[next].Start <= line)) continue;
            return new DocumentFault(document.Name, line + 1, "is no YAML, but stands between two lines --- at the start, as front matter does; write *** there");
        }

        return null;
    }

    private static void AddItems(Entry own, Entry entry, LineInsertions edits, MergeTally tally)
    {
        var known = own.Items!.ToHashSet(StringComparer.Ordinal);
        var lacking = entry.Items!.Where(known.Add).ToList();
        tally.Duplicates += entry.Items!.Count - lacking.Count;
        if (lacking.Count == 0) return;
        if (own.ItemIndent is { } indent) edits.Add(own.End, 1, [.. lacking.Select(i => $"{indent}- {i}")], closed: false);
        else tally.Conflict(entry.Key, own.Start + 1, own.Value, string.Join(", ", lacking));
    }

    private static List<Entry> Read(TextDocument document, MarkdownBlock block)
    {
        List<Entry> entries = [];
        for (var line = block.Start + 1; line < block.End - 1;)
        {
            var start = line++;
            var text = document.Line(start);
            var colon = text.IndexOf(':');
            if (colon <= 0 || text[0] is ' ' or '\t' or '#' or '-' || (colon + 1 < text.Length && text[colon + 1] is not (' ' or '\t'))) continue;
            while (line < block.End - 1 && (document.IsBlank(line) || document.Line(line)[0] is ' ' or '\t' or '-')) line++;
            var end = line;
            while (end > start + 1 && document.IsBlank(end - 1)) end--;
            entries.Add(new Entry(document, text[..colon].Trim().Trim("\"'").ToString(), start, end, text[(colon + 1)..].Trim().ToString()));
        }

        return entries;
    }

    private sealed class Entry
    {
        public Entry(TextDocument document, string key, int start, int end, string first)
        {
            (Key, Start, End) = (key, start, end);
            Lines = [.. Enumerable.Range(start, end - start).Select(l => document.Line(l).ToString())];
            Value = Normal.Text(string.Join(' ', Lines.Skip(1).Prepend(first)));
            if (end - start == 1 && first is ['[', .., ']'] && first.AsSpan().IndexOfAny("\"'{") < 0)
            {
                Items = [.. first[1..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
            }
            else if (first.Length == 0 && Lines.Count > 1)
            {
                ReadItems();
            }
        }

        public string Key { get; }
        public int Start { get; }
        public int End { get; }
        public List<string> Lines { get; }
        public string Value { get; }

        /// <summary>Of a plain list; null for anything else.</summary>
        public List<string>? Items { get; private set; }

        /// <summary>Of a list with an item a line.</summary>
        public string? ItemIndent { get; private set; }

        private void ReadItems()
        {
            var first = Lines[1];
            var indent = first[..(first.Length - first.TrimStart(' ').Length)];
            if (!Lines.Skip(1).All(l => l.StartsWith(indent + "- ", StringComparison.Ordinal) && !l.Contains(": ", StringComparison.Ordinal))) return;
            Items = [.. Lines.Skip(1).Select(l => l[(indent.Length + 2)..].Trim())];
            ItemIndent = indent;
        }
    }
}
