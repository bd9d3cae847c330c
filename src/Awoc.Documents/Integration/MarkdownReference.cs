using Awoc.Documents.Markdown;
using Awoc.Documents.Merging;

namespace Awoc.Documents.Integration;

/// <summary>
/// A line for the task in the index section, among those that AWOC wrote there in the order of their days and titles. A newer result of the
/// task takes the place of the task's own line: the one line of a target that is ever replaced, and only where it carries the mark of a
/// reference of that task.
/// </summary>
internal static class MarkdownReference
{
    private const string Heading = "## References";
    private const string Key = "references";

    public static IntegrationAnswer Plan(IntegrationRequest request, MarkdownOutline target, string summary)
    {
        var (document, origin, tally) = (target.Document, request.Origin, new MergeTally());
        var section = target.Sections.FirstOrDefault(s => Normal.Heading(s.Name) == Key);
        var lists = section?.Blocks.Where(b => b is { Kind: MarkdownBlockKind.List, Ordered: false }).ToList() ?? [];
        var entry = Entry.Of(origin, summary, lists is [.., var list] ? list.Marker : '-', request.Marks);
        var own = lists.SelectMany(l => l.Items).Select(i => Entry.Read(document, i)).OfType<Entry>().ToList();
        if (own.Find(e => e.Task == origin.Task.Handle) is { } mine) return Renew(request, target, own, mine, entry, summary);

        var known = lists.SelectMany(l => l.Items).Any(i => document.Line(i.Start).Contains($"]({origin.Link})", StringComparison.Ordinal));
        if (known)
        {
            tally.Duplicates++;
            return Answers.Unchanged(request, document, tally);
        }

        var edits = new LineInsertions(document);
        Insert(document, edits, section, lists, own, entry);
        return Answers.Of(request, document, edits, tally);
    }

    /// <summary>The same for a file of plain text.</summary>
    public static string TextLine(ResultOrigin origin, string summary) =>
        $"{Marks.Title(origin)}: {origin.Link} - {summary}{(summary.Length > 0 ? " " : "")}({Marks.Words(origin.Outcome)}, {Marks.Day(origin)})";

    private static void Insert(
        TextDocument document, LineInsertions edits, MarkdownSection? section, List<MarkdownBlock> lists, List<Entry> own, Entry entry)
    {
        if (section is null)
        {
            var end = document.LineCount;
            while (end > 0 && document.IsBlank(end - 1)) end--;
            edits.Add(end, 0, ["", Heading, "", entry.Text], closed: false);
        }
        else if (own.Find(e => entry.CompareTo(e) < 0) is { } later)
        {
            edits.Add(later.Line, 0, [later.Indent + entry.Text], closed: false);
        }
        else if (own is [.., var last])
        {
            edits.Add(last.Line + 1, 0, [last.Indent + entry.Text], closed: false);
        }
        else if (lists is [.., var list])
        {
            edits.Add(list.End, 0, [new string(' ', list.Items[^1].Column) + entry.Text], closed: true);
        }
        else
        {
            var end = section.ContentEnd;
            while (end > section.ContentStart && document.IsBlank(end - 1)) end--;
            List<string> lines = ["", entry.Text];
            // A list that AWOC does not add to would take the line in.
            if (section.Blocks is [.., { Kind: MarkdownBlockKind.List or MarkdownBlockKind.Footnote }]) lines.InsertRange(0, ["", Normal.Separator]);
            edits.Add(end, 0, lines, closed: true);
        }
    }

    private static IntegrationAnswer Renew(IntegrationRequest request, MarkdownOutline target, List<Entry> own, Entry mine, Entry entry, string summary)
    {
        var document = target.Document;
        var tally = new MergeTally();
        if (mine.Text == entry.Text)
        {
            tally.Duplicates++;
            return Answers.Unchanged(request, document, tally);
        }

        var index = own.IndexOf(mine);
        var inOrder = (index == 0 || own[index - 1].CompareTo(entry) <= 0) && (index == own.Count - 1 || entry.CompareTo(own[index + 1]) <= 0);
        var (start, end) = (document.LineStart(mine.Line), document.LineStart(mine.Line) + document.Line(mine.Line).Length);
        if (inOrder)
        {
            var text = string.Concat(document.Text.AsSpan(0, start), mine.Indent, entry.Text, document.Text.AsSpan(end));
            return new IntegrationAnswer.Planned(document.ToBytes(text), true, [], Answers.Quality(document, tally), [entry.Text]);
        }

        // Elsewhere in the order: the line is taken out with its ending, and the entry put in as a new one.
        var (from, to) = mine.Line + 1 < document.LineCount ? (start, document.LineStart(mine.Line + 1)) : (Before(document, mine.Line), document.Text.Length);
        var without = document.With(string.Concat(document.Text.AsSpan(0, from), document.Text.AsSpan(to)));
        if (!MarkdownOutline.TryParse(without, out var outline, out var fault)) return new IntegrationAnswer.Refused(fault);
        var answer = Plan(request, outline, summary);
        return answer is IntegrationAnswer.Planned planned ? planned with { Quality = Answers.Quality(document, tally) } : answer;
    }

    /// <summary>Where the line before that one ends, without its ending.</summary>
    private static int Before(TextDocument document, int line) => line == 0 ? 0 : document.LineStart(line - 1) + document.Line(line - 1).Length;

    /// <param name="Task">The handle.</param>
    /// <param name="Text">Without its indentation.</param>
    private sealed record Entry(int Line, string Indent, string Text, string Task, string Day, string Title) : IComparable<Entry>
    {
        public static Entry Of(ResultOrigin origin, string summary, char marker, bool marked)
        {
            var title = Marks.Title(origin).Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal);
            var words = summary.Length == 0 ? "" : $" \u2014 {summary}";
            var text = $"{marker} [{title}]({origin.Link}){words} ({Marks.Words(origin.Outcome)}, {Marks.Day(origin)}){(marked ? " " + Marks.OfReference(origin) : "")}";
            return new Entry(0, "", text, origin.Task.Handle, Marks.Day(origin), title);
        }

        /// <summary>
        /// An item that AWOC wrote as a reference: one line of its form, <c>- [TITLE](LINK) … (OUTCOME, DAY)</c>, with the mark of a reference at
        /// its end. Null for any other, among them items that a merge added and marked.
        /// </summary>
        public static Entry? Read(TextDocument document, MarkdownItem item)
        {
            if (item.End - item.Start != 1) return null;
            var line = document.Line(item.Start);
            if (!line.EndsWith(Marks.ReferenceEnd, StringComparison.Ordinal)) return null;
            var mark = line.LastIndexOf(Normal.MarkStart, StringComparison.Ordinal);
            var text = line.TrimStart(" \t");
            var close = text.IndexOf("](", StringComparison.Ordinal);
            if (mark < 0 || close < 3 || text is not [_, ' ', '[', ..]) return null;
            var task = line[(mark + Normal.MarkStart.Length)..^Marks.ReferenceEnd.Length];
            var before = line[..mark].TrimEnd();
            if (task.IsEmpty || task.ContainsAny(' ', '>') || before is not [.., ')'] || before.Length < 13 || before[^13..^11] is not ", " || !Marks.IsDay(before[^11..^1])) return null;
            return new Entry(
                item.Start, line[..(line.Length - text.Length)].ToString(), text.ToString(), task.ToString(), before[^11..^1].ToString(), text[3..close].ToString());
        }

        public int CompareTo(Entry? other)
        {
            if (other is null) return 1;
            var byDay = string.CompareOrdinal(Day, other.Day);
            return byDay != 0 ? byDay : string.CompareOrdinal(Title, other.Title);
        }
    }
}
