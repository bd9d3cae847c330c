using System.Globalization;
using System.Text.RegularExpressions;

namespace Awoc.Rehearsal.Planner;

/// <summary>What the tools found. Everything here was read from their results; what is null was not looked at.</summary>
internal sealed partial record Survey
{
    public string? Directory { get; private init; }

    public int? Files { get; private init; }

    /// <summary>What was counted: a search sees only files that have lines.</summary>
    public string FilesNoun { get; private init; } = "file";

    /// <summary>The listing was cut short: there are more.</summary>
    public bool FilesAtLeast { get; private init; }

    /// <summary>Files by their extension, most frequent first.</summary>
    public IReadOnlyList<(string Extension, int Files)> Extensions { get; private init; } = [];

    public long? Lines { get; private init; }

    public int MeasuredFiles { get; private init; }

    public IReadOnlyList<(string Path, long Lines)> Largest { get; private init; } = [];

    public Layout? Layout { get; private init; }

    /// <summary>Lines as <c>path:line:text</c>; null when they were not searched.</summary>
    public IReadOnlyList<string>? Todos { get; private init; }

    public bool TodosAtLeast => Todos is { Count: >= ProbePlan.TodoLimit };

    public string? ReadmePath { get; private init; }

    public IReadOnlyList<string> Readme { get; private init; } = [];

    public string? ManifestPath { get; private init; }

    public IReadOnlyList<string> Manifest { get; private init; } = [];

    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>Files that mention one of the words; null when they were not searched.</summary>
    public IReadOnlyList<string>? WordFiles { get; private init; }

    public string? PatternLabel { get; private init; }

    public int? PatternMatches { get; private init; }

    public int? Commits { get; private init; }

    public IReadOnlyList<string> LastCommits { get; private init; } = [];

    public static Survey Of(ProbePlan plan, Conversation conversation)
    {
        var survey = new Survey { Words = plan.Words };
        if (plan.Result("inventory", conversation) is { } inventory) survey = survey.WithInventory(inventory);
        if (plan.Result("layout", conversation) is { } layout) survey = survey with { Layout = Layout.Of(layout) };
        if (plan.Result("sizes", conversation) is { } sizes) survey = survey.WithSizes(sizes);
        if (plan.Result("todos", conversation) is { } todos) survey = survey with { Todos = Hits(todos.Result) };
        if (plan.Result("readme", conversation) is { } readme)
            survey = survey with { ReadmePath = survey.Layout?.Readme, Readme = FileLines(readme) };
        if (plan.Result("manifest", conversation) is { } manifest)
            survey = survey with { ManifestPath = survey.Layout?.Manifest, Manifest = FileLines(manifest) };
        if (plan.Result("topic", conversation) is { } topic) survey = survey with { WordFiles = FileListing.Paths(Body(topic.Result)) };
        if (plan.Result("pattern", conversation) is { } pattern)
            survey = survey with { PatternLabel = plan.Pattern?.Label, PatternMatches = Count(pattern.Result) };
        if (plan.Result("history", conversation) is { } history) survey = survey.WithHistory(history.Result);
        return survey;
    }

    private Survey WithInventory(Call call)
    {
        if (call.Tool != "Bash")
        {
            var counted = call.Tool == "Grep";
            var paths = counted ? [.. FileListing.Counts(call.Result).Select(c => c.Path)] : FileListing.Paths(call.Result);
            return this with
            {
                Files = paths.Count,
                FilesNoun = counted ? "text file" : "file",
                FilesAtLeast = counted ? paths.Count >= FileListing.CountLimit : FileListing.IsTruncated(call.Result),
                Extensions =
                [
                    .. paths.Select(p => Path.GetExtension(p).TrimStart('.')).Where(e => e.Length > 0)
                        .GroupBy(e => e, StringComparer.Ordinal)
                        .Select(g => (g.Key, g.Count()))
                        .OrderByDescending(g => g.Item2),
                ],
            };
        }

        var survey = this;
        var extensions = new List<(string, int)>();
        foreach (var line in call.Result.Split('\n').Select(l => l.Trim()))
        {
            if (line.StartsWith('/')) survey = survey with { Directory = line };
            else if (FilesLine().Match(line) is { Success: true } files) survey = survey with { Files = Number(files.Groups["n"].Value) };
            else if (ExtensionLine().Match(line) is { Success: true } m) extensions.Add((m.Groups["ext"].Value, Number(m.Groups["n"].Value)));
        }

        return survey with { Extensions = extensions };
    }

    private Survey WithSizes(Call call)
    {
        if (call.Tool != "Bash")
        {
            var counts = FileListing.Counts(call.Result);
            return this with
            {
                Lines = counts.Sum(c => (long)c.Count),
                MeasuredFiles = counts.Count,
                Largest = [.. counts.OrderByDescending(c => c.Count).Take(7).Select(c => (c.Path, (long)c.Count))],
            };
        }

        var survey = this;
        var largest = new List<(string, long)>();
        foreach (var line in call.Result.Split('\n').Select(l => l.Trim()))
        {
            if (TotalLine().Match(line) is { Success: true } total)
                survey = survey with { Lines = Number(total.Groups["n"].Value), MeasuredFiles = Number(total.Groups["files"].Value) };
            else if (SizeLine().Match(line) is { Success: true } m)
                largest.Add((m.Groups["path"].Value, Number(m.Groups["n"].Value)));
        }

        return survey with { Largest = largest };
    }

    private Survey WithHistory(string text)
    {
        var lines = text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0).ToList();
        return lines.Count > 0 && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var commits)
            ? this with { Commits = commits, LastCommits = [.. lines.Skip(1).Where(l => CommitLine().IsMatch(l))] }
            : this;
    }

    /// <summary>Lines of a search; empty when the tool says that nothing matched.</summary>
    private static List<string> Hits(string text) => [.. Body(text).Split('\n').Select(l => l.Trim()).Where(l => HitLine().IsMatch(l))];

    /// <summary>Without the tool's own words: "No matches found", "Found 3 files", "[Showing …]".</summary>
    private static string Body(string text) => string.Join('\n', text.Split('\n').Where(l =>
        !l.StartsWith("No matches", StringComparison.Ordinal) && !l.StartsWith("No files", StringComparison.Ordinal)
        && !l.StartsWith("Found ", StringComparison.Ordinal) && !l.StartsWith('[') && !l.StartsWith('(')));

    /// <summary>"Found 9 total occurrences across 7 files." or path:count lines or a bare number.</summary>
    private static int Count(string text)
    {
        if (FoundLine().Match(text) is { Success: true } found) return Number(found.Groups["n"].Value);
        if (int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bare)) return bare;
        return CountLine().Matches(text).Sum(m => Number(m.Groups["n"].Value));
    }

    /// <summary>A file's lines, without the numbers that Read puts before them.</summary>
    private static List<string> FileLines(Call call) =>
        [.. call.Result.Split('\n').Select(l => call.Tool == "Read" ? NumberedLine().Replace(l, "") : l).Select(l => l.TrimEnd())];

    private static int Number(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : int.MaxValue;

    [GeneratedRegex(@"^files\s+(?<n>\d+)$")]
    private static partial Regex FilesLine();

    [GeneratedRegex(@"^(?<n>\d+)\s+(?<ext>[A-Za-z0-9]{1,10})$")]
    private static partial Regex ExtensionLine();

    [GeneratedRegex(@"^(?<n>\d+) lines in (?<files>\d+) files$")]
    private static partial Regex TotalLine();

    [GeneratedRegex(@"^(?<n>\d+)\s+(?<path>.+)$")]
    private static partial Regex SizeLine();

    [GeneratedRegex("^[0-9a-f]{4,40} ")]
    private static partial Regex CommitLine();

    [GeneratedRegex(@"^[^:]+:\d+:")]
    private static partial Regex HitLine();

    [GeneratedRegex(@"^Found (?<n>\d+) (total )?(occurrences|matches)", RegexOptions.Multiline)]
    private static partial Regex FoundLine();

    [GeneratedRegex(@"^[^\n]*:(?<n>\d+)\r?$", RegexOptions.Multiline)]
    private static partial Regex CountLine();

    [GeneratedRegex(@"^\s*\d+[\t→]")]
    private static partial Regex NumberedLine();
}
