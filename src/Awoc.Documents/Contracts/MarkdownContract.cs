using System.Text.RegularExpressions;
using Awoc.Core.Catalog;
using Awoc.Core.Contracts;
using Awoc.Documents.Markdown;

namespace Awoc.Documents.Contracts;

/// <summary>The sections that a type asks for: there, in order, with something in them. A section reaches to the next one that is asked for, whatever the levels.</summary>
internal static partial class MarkdownContract
{
    public static IEnumerable<Finding> Check(TaskType type, MarkdownOutline outline)
    {
        List<Finding> findings = [];
        var sections = type.Method.Sections;
        var found = sections.IsDefaultOrEmpty ? [] : Find(sections, outline, findings);
        foreach (var (section, place) in found) CheckContent(section, place, type.Contract, outline.Document, findings);
        if (type.Contract.MinWords > 0 && findings.TrueForAll(finding => finding.Rule != Rules.MissingSection))
        {
            var words = Words(outline);
            if (words < type.Contract.MinWords)
                findings.Add(Error(Rules.TooShort, $"it has {words} words besides its headings; a result of type {type.Name} has at least {type.Contract.MinWords}", null));
        }

        return findings.OrderBy(finding => finding.Line ?? 0);
    }

    /// <summary>Where each section stands; those that are missing or out of order become findings.</summary>
    private static List<(OutputSection Section, Place Place)> Find(
        IReadOnlyList<OutputSection> sections, MarkdownOutline outline, List<Finding> findings)
    {
        var wanted = sections.Select(section => SectionWords.Bare(section.Name)).ToList();
        var marks = new List<(int Section, int Heading)>();
        for (var at = 0; at < outline.Sections.Count; at++)
        {
            // Longer than any section's name: not worth the comparison.
            var name = outline.Sections[at].Name;
            if (name.Length > 200) continue;
            var bare = SectionWords.Bare(name);
            if (wanted.IndexOf(bare) is >= 0 and var section) marks.Add((section, at));
        }

        var found = new List<(OutputSection, Place)>();
        var reached = -1;
        for (var section = 0; section < sections.Count; section++)
        {
            var own = marks.Where(mark => mark.Section == section).ToList();
            if (own.Count == 0)
            {
                findings.Add(Error(Rules.MissingSection, $"the section \"{sections[section].Name}\" is missing: it needs a heading of that name, with something below it", null));
                continue;
            }

            // The first that keeps the order; else the first.
            var mark = own.Exists(m => m.Heading > reached) ? own.Find(m => m.Heading > reached) : own[0];
            var heading = outline.Sections[mark.Heading];
            if (mark.Heading < reached)
            {
                var before = sections[marks.First(m => m.Heading == reached).Section].Name;
                findings.Add(Error(Rules.SectionOrder, $"the section \"{sections[section].Name}\" comes after \"{before}\" in its type's order, and stands before it", heading.Line));
            }

            reached = Math.Max(reached, mark.Heading);
            var next = marks.FindIndex(m => m.Heading > mark.Heading);
            var end = next < 0 ? outline.Document.LineCount : outline.Sections[marks[next].Heading].Start;
            found.Add((sections[section], new Place(heading.Line, heading.ContentStart, end)));
        }

        return found;
    }

    private static void CheckContent(OutputSection section, Place place, ContractRules rules, TextDocument document, List<Finding> findings)
    {
        var says = false;
        var names = false;
        for (var line = place.Start; line < place.End && !(says && (names || section.Role != SectionRole.Sources)); line++)
        {
            var text = document.Line(line);
            if (text.TrimStart().StartsWith('#') || SectionWords.IsPlaceholder(text)) continue;
            says = true;
            names |= section.Role == SectionRole.Sources && Source().IsMatch(text);
        }

        if (!says)
            findings.Add(Error(Rules.EmptySection, $"the section \"{section.Name}\" has nothing in it; if there is nothing to say, say that in one line", place.Line));
        else if (rules.NeedsSources && section.Role == SectionRole.Sources && !names)
            findings.Add(Error(Rules.NoSources, $"the section \"{section.Name}\" names no source: a link, or the path of a file that was read", place.Line));
    }

    private static int Words(MarkdownOutline outline)
    {
        var document = outline.Document;
        var headings = outline.Sections.SelectMany(section => Enumerable.Range(section.Start, section.ContentStart - section.Start)).ToHashSet();
        var words = 0;
        for (var line = outline.FrontMatter?.End ?? 0; line < document.LineCount; line++)
        {
            if (!headings.Contains(line)) words += Words(document.Line(line));
        }

        return words;
    }

    private static int Words(ReadOnlySpan<char> line)
    {
        var words = 0;
        var counted = false;
        foreach (var c in line)
        {
            if (char.IsWhiteSpace(c)) counted = false;
            else if (!counted && char.IsLetterOrDigit(c)) (counted, words) = (true, words + 1);
        }

        return words;
    }

    private static Finding Error(string rule, string message, int? line) => new(rule, message, line, FindingSeverity.Error);

    // https://example.com, [text](place), [label]: place, src/file, README.md
    [GeneratedRegex(@"https?://\S|\]\([^)\s]|^\s*\[[^\]]+\]:\s*\S|[\w.\-]+/[\w.\-]+|\b[\w\-]+\.[A-Za-z]\w{0,7}\b", RegexOptions.NonBacktracking)]
    private static partial Regex Source();

    /// <param name="Line">Of the heading, from 1.</param>
    /// <param name="Start">Of what stands below, from 0.</param>
    private readonly record struct Place(int Line, int Start, int End);
}
