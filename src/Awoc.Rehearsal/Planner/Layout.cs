using System.Globalization;
using System.Text.RegularExpressions;

namespace Awoc.Rehearsal.Planner;

/// <summary>Where tests, entry points and manifests lie, from either way of asking for them.</summary>
internal sealed partial record Layout
{
    public int Tests { get; private init; }

    public IReadOnlyList<(string Folder, int Files)> TestFolders { get; private init; } = [];

    public IReadOnlyList<string> EntryPoints { get; private init; } = [];

    public IReadOnlyList<string> TopFiles { get; private init; } = [];

    public string? Readme => TopFiles.FirstOrDefault(f => Path.GetFileName(f).StartsWith("readme", StringComparison.OrdinalIgnoreCase));

    public string? Manifest => TopFiles.FirstOrDefault(f => f != Readme);

    public static Layout Of(Call call) => call.Tool switch
    {
        "Bash" => OfLines(call.Result),
        "Grep" => OfPaths([.. FileListing.Counts(call.Result).Select(c => c.Path)]),
        _ => OfPaths(FileListing.Paths(call.Result)),
    };

    private static Layout OfLines(string text)
    {
        var layout = new Layout();
        var (folders, entries, top) = (new List<(string, int)>(), new List<string>(), new List<string>());
        foreach (var line in text.Split('\n').Select(l => l.Trim()))
        {
            if (line.StartsWith("tests ", StringComparison.Ordinal) && int.TryParse(line[6..].Trim(), CultureInfo.InvariantCulture, out var tests)) layout = layout with { Tests = tests };
            else if (line.StartsWith("entry ", StringComparison.Ordinal)) entries.Add(line[6..]);
            else if (line.StartsWith("top ", StringComparison.Ordinal)) top.Add(line[4..]);
            else if (FolderLine().Match(line) is { Success: true } m) folders.Add((m.Groups["folder"].Value, int.Parse(m.Groups["n"].Value, CultureInfo.InvariantCulture)));
        }

        return layout with { TestFolders = folders, EntryPoints = entries, TopFiles = top };
    }

    private static Layout OfPaths(List<string> paths)
    {
        var tests = paths.Where(p => TestPath().IsMatch(p)).ToList();
        return new Layout
        {
            Tests = tests.Count,
            TestFolders =
            [
                .. tests.GroupBy(t => t.Contains('/') ? t[..t.LastIndexOf('/')] : t, StringComparer.Ordinal)
                    .Select(g => (g.Key, g.Count()))
                    .OrderByDescending(g => g.Item2)
                    .Take(6),
            ],
            EntryPoints = [.. paths.Where(p => EntryPath().IsMatch(p)).Take(8)],
            TopFiles = [.. paths.Where(p => TopPath().IsMatch(p)).Take(6)],
        };
    }

    [GeneratedRegex(@"^(?<n>\d+) in (?<folder>.+)$")]
    private static partial Regex FolderLine();

    [GeneratedRegex(@"(^|/)(tests?|spec|__tests__)/|[._-](test|spec)s?\.[a-z]+$|tests?\.(cs|java|kt)$|(^|/)test_[^/]*$", RegexOptions.IgnoreCase)]
    private static partial Regex TestPath();

    [GeneratedRegex(@"(^|/)(Program\.cs|[mM]ain\.[a-z]+|index\.(js|ts|html)|__main__\.py|(app|manage)\.py|server\.[jt]s|Makefile|Dockerfile)$")]
    private static partial Regex EntryPath();

    [GeneratedRegex(@"^(readme[^/]*|package\.json|[^/]*\.(slnx?|csproj)|pyproject\.toml|cargo\.toml|go\.mod|pom\.xml)$", RegexOptions.IgnoreCase)]
    private static partial Regex TopPath();
}
