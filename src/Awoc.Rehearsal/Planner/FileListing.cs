namespace Awoc.Rehearsal.Planner;

/// <summary>Paths from a Glob result: one a line, absolute or relative, with remarks in between.</summary>
internal static class FileListing
{
    /// <summary>The tool did not show all it found.</summary>
    public static bool IsTruncated(string result) => result.Contains("truncated", StringComparison.OrdinalIgnoreCase);

    /// <summary>Paths, relative to what they have in common when they are absolute.</summary>
    public static List<string> Paths(string result)
    {
        var lines = result.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && !IsRemark(l)).ToList();
        if (lines.Count == 0 || !lines.All(l => l.StartsWith('/'))) return lines;
        var root = lines.Select(l => l[..(l.LastIndexOf('/') + 1)]).Aggregate(Common);
        return [.. lines.Select(l => l[root.Length..])];
    }

    private static bool IsRemark(string line) =>
        line.StartsWith('(') || line.StartsWith("No files", StringComparison.Ordinal) || line.StartsWith("Found ", StringComparison.Ordinal);

    private static string Common(string a, string b)
    {
        var length = 0;
        while (length < a.Length && length < b.Length && a[length] == b[length]) length++;
        return a[..(a[..length].LastIndexOf('/') + 1)];
    }
}
