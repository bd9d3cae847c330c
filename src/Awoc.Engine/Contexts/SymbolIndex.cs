namespace Awoc.Engine.Contexts;

/// <summary>The types and functions of source files, by ctags where it is installed (Universal or Exuberant); nothing where it is not.</summary>
internal static class SymbolIndex
{
    private const int MostFiles = 4000;
    private const int MostOfFile = 60;

    /// <summary>In bytes: larger ones were made by programs.</summary>
    private const long LargestFile = 512 * 1024;

    private static readonly HashSet<string> s_kinds =
    [
        "class", "interface", "struct", "enum", "record", "trait", "union", "module", "namespace", "typedef", "type", "object", "protocol", "impl",
        "function", "func", "method", "subroutine", "procedure", "singleton method",
    ];

    /// <summary>Files in the order of their paths, each with its names in the order in which they stand there.</summary>
    public static async Task<IReadOnlyList<FileSymbols>> ReadAsync(RepositoryFiles files, CancellationToken cancellation)
    {
        // Neither code that tests other code nor what a huge file holds helps to find the way.
        var paths = files.Paths
            .Where(path => FileKinds.IsCode(path) && !FileKinds.IsTest(path) && !path.Contains('\n', StringComparison.Ordinal) && !path.StartsWith('-') && IsSmall(Path.Combine(files.Root, path)))
            .Take(MostFiles).ToList();
        if (paths.Count == 0) return [];

        // No options of the repository's own (.ctags.d may be in it), and only what every version of it knows.
        var tags = await Git.RunAsync(
            "ctags", files.Root, ["--options=NONE", "-f", "-", "--fields=nK", "--sort=no", "--excmd=number", "-L", "-"], string.Join('\n', paths) + "\n", cancellation);
        return tags is null ? [] : Parse(tags);
    }

    // CacheRules	src/Awoc.Core/Budgets/CacheRules.cs	4;"	class	line:4
    internal static IReadOnlyList<FileSymbols> Parse(string tags)
    {
        var byFile = new SortedDictionary<string, List<(int Line, string Name)>>(StringComparer.Ordinal);
        foreach (var row in tags.Split('\n'))
        {
            if (row.StartsWith('!') || row.Split('\t') is not [var name, var path, var address, var kind, ..]) continue;
            if (!s_kinds.Contains(kind.StartsWith("kind:", StringComparison.Ordinal) ? kind[5..] : kind)) continue;
            _ = int.TryParse(address.TrimEnd('"', ';'), System.Globalization.CultureInfo.InvariantCulture, out var line);
            if (!byFile.TryGetValue(path, out var names)) byFile[path] = names = [];
            names.Add((line, name));
        }

        return [.. byFile.Select(file => new FileSymbols(file.Key, [.. file.Value.OrderBy(n => n.Line).Select(n => n.Name).Distinct(StringComparer.Ordinal).Take(MostOfFile)]))];
    }

    private static bool IsSmall(string path) => new FileInfo(path) is { Exists: true, Length: > 0 and <= LargestFile, LinkTarget: null };
}

internal sealed record FileSymbols(string Path, IReadOnlyList<string> Names);
