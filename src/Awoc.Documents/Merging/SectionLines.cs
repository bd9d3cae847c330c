using Awoc.Documents.Markdown;

namespace Awoc.Documents.Merging;

/// <summary>The lines of a part of a document, with its headings moved to other levels.</summary>
internal static class SectionLines
{
    public const int MaxLevel = 6;

    /// <param name="sections">Those whose headings lie in the range, in order.</param>
    /// <param name="shift">Added to each level; none goes below 1 or above 6.</param>
    /// <param name="skipped">Lines to leave out.</param>
    public static List<string> Render(
        TextDocument document, int start, int end, IEnumerable<MarkdownSection> sections, int shift, IReadOnlySet<int>? skipped = null)
    {
        List<string> lines = new(end - start);
        using var heading = sections.GetEnumerator();
        var next = heading.MoveNext() ? heading.Current : null;
        for (var line = start; line < end; line++)
        {
            while (next is not null && next.Start < line) next = heading.MoveNext() ? heading.Current : null;
            if (next is not null && next.Start == line)
            {
                lines.AddRange(Heading(document, next, Math.Clamp(next.Level + shift, 1, MaxLevel)));
                line = next.ContentStart - 1;
            }
            else if (skipped is null || !skipped.Contains(line))
            {
                lines.Add(document.Line(line).ToString());
            }
            else if (lines is [.., ""] && line + 1 < end && document.IsBlank(line + 1) && !skipped.Contains(line + 1))
            {
                line++;
            }
        }

        while (lines is [.., var last] && string.IsNullOrWhiteSpace(last)) lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    private static IEnumerable<string> Heading(TextDocument document, MarkdownSection section, int level)
    {
        var underlined = section.ContentStart - section.Start > 1;
        if (level == section.Level)
        {
            for (var line = section.Start; line < section.ContentStart; line++) yield return document.Line(line).ToString();
            yield break;
        }

        if (!underlined)
        {
            var text = document.Line(section.Start).ToString().TrimStart();
            yield return new string('#', level) + text[section.Level..];
            yield break;
        }

        if (level <= 2)
        {
            for (var line = section.Start; line < section.ContentStart - 1; line++) yield return document.Line(line).ToString();
            yield return new string(level == 1 ? '=' : '-', document.Line(section.ContentStart - 1).Trim().Length);
            yield break;
        }

        var words = string.Join(' ', Enumerable.Range(section.Start, section.ContentStart - section.Start - 1).Select(l => document.Line(l).Trim().ToString()));
        // A closing run of # would be taken for the heading's own.
        yield return $"{new string('#', level)} {words}{(words.EndsWith('#') ? " #" : "")}";
    }
}
