using System.Globalization;
using System.Text.RegularExpressions;

namespace Awoc.Rehearsal.Planner;

/// <summary>Paths from a Glob or Grep result: one a line, absolute or relative, with remarks in between.</summary>
internal static partial class FileListing
{
    /// <summary>Most files that a count by Grep is asked to list.</summary>
    public const int CountLimit = 250;

    /// <summary>The tool did not show all it found: "(Showing 100 of 428 matching files; …)".</summary>
    public static bool IsTruncated(string result) =>
        result.Contains("truncated", StringComparison.OrdinalIgnoreCase) || result.Contains("(Showing ", StringComparison.Ordinal);

    /// <summary>"src/a.cs:120" lines of a Grep in count mode.</summary>
    public static List<(string Path, int Count)> Counts(string result) =>
    [
        .. result.Split('\n').Select(l => CountLine().Match(l.Trim())).Where(m => m.Success)
            .Select(m => (m.Groups["path"].Value, int.Parse(m.Groups["n"].Value, CultureInfo.InvariantCulture))),
    ];

    /// <summary>Paths, relative to what they have in common when they are absolute.</summary>
    public static List<string> Paths(string result)
    {
        var lines = result.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && !IsRemark(l)).ToList();
        if (lines.Count > 0 && lines.All(l => l.StartsWith('/')))
        {
            var root = lines.Select(l => l[..(l.LastIndexOf('/') + 1)]).Aggregate(Common);
            lines = [.. lines.Select(l => l[root.Length..])];
        }

        // Claude Code's Glob lists git's own files too.
        lines.RemoveAll(l => l.StartsWith(".git/", StringComparison.Ordinal));
        return lines;
    }

    private static bool IsRemark(string line) =>
        line.StartsWith('(') || line.StartsWith("No files", StringComparison.Ordinal) || line.StartsWith("Found ", StringComparison.Ordinal);

    [GeneratedRegex(@"^(\./)?(?<path>[^:]+):(?<n>\d{1,9})$")]
    private static partial Regex CountLine();

    private static string Common(string a, string b)
    {
        var length = 0;
        while (length < a.Length && length < b.Length && a[length] == b[length]) length++;
        return a[..(a[..length].LastIndexOf('/') + 1)];
    }
}
