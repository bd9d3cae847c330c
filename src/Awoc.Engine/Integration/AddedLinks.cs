using System.Text.RegularExpressions;

namespace Awoc.Engine.Integration;

/// <summary>Local links of what was added to a Markdown document that lead nowhere from where it lies.</summary>
internal static partial class AddedLinks
{
    private static readonly char[] s_tail = ['#', '?'];

    /// <returns>Each once, as written.</returns>
    public static IReadOnlyList<string> Dangling(IReadOnlyList<string> added, string directory)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        List<string> dangling = [];
        var fenced = false;
        foreach (var line in added)
        {
            var start = line.AsSpan().TrimStart();
            if (start.StartsWith("```") || start.StartsWith("~~~")) fenced = !fenced;
            if (fenced) continue;
            foreach (var link in LinkScan.Of(line))
            {
                var written = link.Trim('<', '>');
                if (IsLocal(written) && seen.Add(written) && !Exists(written, directory)) dangling.Add(written);
            }
        }

        return dangling;
    }

    private static bool IsLocal(string link) => link.Length > 0 && link[0] != '#' && !link.StartsWith("//", StringComparison.Ordinal) && !Scheme().IsMatch(link);

    private static bool Exists(string link, string directory)
    {
        var end = link.IndexOfAny(s_tail);
        var path = Uri.UnescapeDataString(end < 0 ? link : link[..end]);
        if (path.Contains('\0', StringComparison.Ordinal)) return false;
        return path.Length == 0 || Path.Exists(Path.GetFullPath(path, directory));
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.-]*:", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();
}
