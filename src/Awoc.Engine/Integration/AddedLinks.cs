using System.Text.RegularExpressions;

namespace Awoc.Engine.Integration;

/// <summary>Local links of what was added to a Markdown document that lead nowhere from where it lies.</summary>
internal static partial class AddedLinks
{
    private static readonly char[] s_tail = ['#', '?'];

    /// <returns>Each once, as written.</returns>
    public static IReadOnlyList<string> Dangling(IReadOnlyList<string> added, string directory)
    {
        List<string> dangling = [];
        var fenced = false;
        foreach (var line in added)
        {
            var start = line.AsSpan().TrimStart();
            if (start.StartsWith("```") || start.StartsWith("~~~")) fenced = !fenced;
            if (fenced) continue;
            foreach (var match in Link().EnumerateMatches(line))
            {
                var written = Link().Match(line, match.Index, match.Length).Groups["to"].Value.Trim('<', '>');
                if (IsLocal(written) && !Exists(written, directory) && !dangling.Contains(written)) dangling.Add(written);
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

    /// <summary><c>[text](path "title")</c>, and <c>[label]: path</c> at the line's start.</summary>
    [GeneratedRegex(@"\]\(\s*(?<to><[^<>]*>|[^\s()<>]+)(\s+[""'(][^)]*)?\s*\)|^\s{0,3}\[[^\]]+\]:\s*(?<to><[^<>]*>|\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex Link();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.-]*:", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();
}
