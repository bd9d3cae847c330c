using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Awoc.Core.Catalog;
using Awoc.Core.Prompts;
using Awoc.Documents.Json;
using Awoc.Documents.Merging;

namespace Awoc.Documents.Markdown;

/// <summary>A part of a document that was left out of a cut.</summary>
/// <param name="Tokens">An estimate.</param>
public sealed record LeftOutPart(string Name, int Tokens);

/// <summary>
/// A document cut to a size: at headings, items and rows of Markdown, at the first-level keys of JSON, at paragraphs of text, never in the
/// midst of a block. The order stays. What goes first is the least important: sources, then details from the end; a summary stays longest.
/// </summary>
/// <param name="LeftOut">Empty when the document is whole.</param>
public sealed partial record DocumentCut(string Text, IReadOnlyList<LeftOutPart> LeftOut)
{
    /// <summary>Characters of a token: an estimate that holds for English prose and is on the safe side of none.</summary>
    public const int CharactersPerToken = 4;

    /// <summary>More parts are counted, not named.</summary>
    private const int MaxNamed = 8;

    public static int Tokens(ReadOnlySpan<char> text) => (text.Length + CharactersPerToken - 1) / CharactersPerToken;

    /// <summary>The document, or as much of it as has room with the line that says what is missing.</summary>
    /// <param name="maxTokens">Of the whole answer; less than that of the closing line leaves that line alone.</param>
    /// <param name="method">The sections of the document's type, with their roles; null where no type is known.</param>
    /// <param name="howToGet">Ends the closing line: <c>awoc output 9f86d081884c --section NAME</c>.</param>
    public static DocumentCut ToFit(TextDocument document, int maxTokens, TaskMethod? method, string howToGet)
    {
        if (Tokens(document.Text) <= maxTokens) return new DocumentCut(document.Text, []);
        var room = Math.Max(0, maxTokens) * CharactersPerToken;
        return OutputFormats.Of(document.Name) switch
        {
            OutputFormat.Markdown when MarkdownOutline.TryParse(document, out var outline, out _) => new MarkdownCut(outline, method, howToGet).ToFit(room),
            OutputFormat.Json when JsonText.TryParse(document, out var json, out _) => CutJson(json, method, howToGet, room),
            _ => CutParagraphs(document, howToGet, room),
        };
    }

    /// <summary>
    /// One section with its subsections, or the value of one first-level key: by its name in any case, or by the start of it, or of a word
    /// in it, where only one has that.
    /// </summary>
    public static bool TrySection(
        TextDocument document, string name, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out DocumentFault? fault)
    {
        (text, fault) = (null, null);
        switch (OutputFormats.Of(document.Name))
        {
            case OutputFormat.Markdown:
                if (!MarkdownOutline.TryParse(document, out var outline, out fault)) return false;
                text = Choose(document.Name, name, outline.Sections, s => s.Name, s => $"{s.Name} (line {s.Line})", out fault) is { } section
                    ? outline.Whole(section).TrimEnd().ToString() + "\n"
                    : null;
                break;
            case OutputFormat.Json:
                if (!JsonText.TryParse(document, out var json, out fault)) return false;
                text = Choose(document.Name, name, json.Root.Members, m => m.Name, m => m.Name, out fault) is { } member
                    ? Encoding.UTF8.GetString(json.Raw(member.Value)) + "\n"
                    : null;
                break;
            default:
                fault = new DocumentFault(document.Name, null, "has no sections: it is neither Markdown nor JSON");
                break;
        }

        return text is not null;
    }

    internal static string Closing(IReadOnlyList<LeftOutPart> parts, string howToGet)
    {
        var named = string.Join(", ", parts.Take(MaxNamed).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} (about {p.Tokens:N0} tokens)")));
        var more = parts.Count > MaxNamed
            ? string.Create(CultureInfo.InvariantCulture, $" and {parts.Count - MaxNamed} more (about {parts.Skip(MaxNamed).Sum(p => p.Tokens):N0} tokens)")
            : "";
        return $"[Left out: {named}{more}. {howToGet}]";
    }

    private static T? Choose<T>(
        string file, string name, IReadOnlyList<T> parts, Func<T, string> nameOf, Func<T, string> shown, out DocumentFault? fault)
        where T : class
    {
        fault = null;
        var key = Key(name);
        var found = parts.Where(p => Key(nameOf(p)) == key).ToList();
        if (found.Count == 0 && key.Length > 0) found = [.. parts.Where(p => Key(nameOf(p)).StartsWith(key, StringComparison.Ordinal))];
        if (found.Count == 0 && key.Length > 0) found = [.. parts.Where(p => Key(nameOf(p)).Contains($" {key}", StringComparison.Ordinal))];
        if (found is [var one]) return one;
        fault = found.Count > 1
            ? new DocumentFault(file, null, $"has {found.Count} sections '{name}': {Names(found.Select(shown))}; say more of the name")
            : new DocumentFault(file, null, parts.Count == 0 ? "has no sections" : $"has no section '{name}'; it has {Names(parts.Select(shown))}");
        return null;
    }

    private static string Names(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(40)) + (all.Count > 40 ? $" and {all.Count - 40} more" : "");
    }

    /// <summary><c>Executive Summary</c>, <c>executive_summary</c> and <c>1. Executive summary:</c> are one.</summary>
    private static string Key(string name) => Normal.Heading(name.Replace('_', ' ')).Replace('-', ' ');

    private static DocumentCut CutParagraphs(TextDocument document, string howToGet, int room)
    {
        var end = 0;
        while (true)
        {
            var next = end;
            while (next < document.LineCount && document.IsBlank(next)) next++;
            while (next < document.LineCount && !document.IsBlank(next)) next++;
            // One paragraph, as a log is, is cut at its lines.
            if (end == 0 && document.LineStart(next) > room) return CutLines(document, howToGet, room);
            if (next >= document.LineCount || Length(document, next, howToGet) > room) return Until(document, end, howToGet);
            end = next;
        }
    }

    private static DocumentCut CutLines(TextDocument document, string howToGet, int room)
    {
        var reserve = Length(document, 0, howToGet);
        var end = 0;
        while (end < document.LineCount && document.LineStart(end + 1) + reserve <= room) end++;
        return Until(document, end, howToGet);
    }

    private static DocumentCut Until(TextDocument document, int end, string howToGet)
    {
        var left = Rest(document, end);
        return new DocumentCut($"{document.Lines(0, end).TrimEnd()}{Gap(document, end)}{Closing(left, howToGet)}\n", left);
    }

    /// <summary>Of the same text, which is not made for it.</summary>
    private static int Length(TextDocument document, int end, string howToGet) =>
        document.Lines(0, end).TrimEnd().Length + Gap(document, end).Length + Closing(Rest(document, end), howToGet).Length + 1;

    private static string Gap(TextDocument document, int end) => document.Lines(0, end).IsWhiteSpace() ? "" : "\n\n";

    private static List<LeftOutPart> Rest(TextDocument document, int end) =>
        [new($"{document.LineCount - end} of {document.LineCount} lines", Tokens(document.Lines(end, document.LineCount)))];

    /// <summary>Still JSON: what is missing is told in a member, or a last element, of its own.</summary>
    private static DocumentCut CutJson(JsonText json, TaskMethod? method, string howToGet, int room)
    {
        var isObject = json.Root.Kind == JsonKind.Object;
        var parts = isObject
            ? json.Root.Members.Select((m, i) => (m.Name, Rank: Rank(method, m.Name), Index: i, Raw: Encoding.UTF8.GetString(json.Utf8.AsSpan(m.Start, m.Value.End - m.Start)))).ToList()
            : [.. json.Root.Elements.Select((e, i) => (Name: $"element {i + 1}", Rank: 0, Index: i, Raw: Encoding.UTF8.GetString(json.Raw(e))))];
        HashSet<int> kept = [];
        // The braces, and what is told of the rest.
        var used = 8 + Told([.. parts.Take(MaxNamed).Select(p => new LeftOutPart(p.Name, Tokens(p.Raw)))], howToGet).Length + 40;
        foreach (var part in parts.OrderBy(p => p.Rank).ThenBy(p => p.Index))
        {
            if (used + part.Raw.Length + 4 > room) break;
            used += part.Raw.Length + 4;
            kept.Add(part.Index);
        }

        List<LeftOutPart> left = [.. parts.Where(p => !kept.Contains(p.Index)).Select(p => new LeftOutPart(p.Name, Tokens(p.Raw)))];
        var told = Told(left, howToGet);
        var lines = parts.Where(p => kept.Contains(p.Index)).Select(p => "  " + p.Raw).Append(isObject ? $"  \"_left_out\": {told}" : $"  {told}");
        return new DocumentCut($"{(isObject ? '{' : '[')}\n{string.Join(",\n", lines)}\n{(isObject ? '}' : ']')}\n", left);
    }

    private static string Told(List<LeftOutPart> left, string howToGet) =>
        $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Closing(left, howToGet))}\"";

    /// <summary>What is cut last has the lowest.</summary>
    internal static int Rank(TaskMethod? method, string name) => method?.Sections.FirstOrDefault(s => Key(s.Name) == Key(name))?.Role switch
    {
        SectionRole.Summary => 0,
        SectionRole.Findings or SectionRole.Recommendations => 1,
        SectionRole.Sources => 3,
        SectionRole.Detail or null => 2,
    };
}
