using System.Globalization;
using System.Text;
using Awoc.Core.Catalog;
using Awoc.Prompts;

namespace Awoc.Engine.Contexts;

/// <summary>What of a repository matters to a family of tasks: a few lines for the prompt, beside the map that all share.</summary>
internal static class Primer
{
    private const int MostListed = 25;
    private const int LargestListed = 15;

    /// <summary>Null where there is nothing to say.</summary>
    public static string? Of(TaskFamily family, RepositoryFiles files)
    {
        var text = new StringBuilder();
        switch (family)
        {
            case TaskFamily.Research:
                List(text, "What it depends on is declared in", files.Paths.Where(FileKinds.IsManifest));
                break;
            case TaskFamily.Analysis:
                Largest(text, files);
                break;
            case TaskFamily.Testing:
                List(text, "Tests there are", files.Paths.Where(path => FileKinds.IsTest(path) && FileKinds.IsCode(path)));
                List(text, "Test tools are declared in", files.Paths.Where(FileKinds.IsManifest).Where(path => FileKinds.IsTest(path) || !path.Contains('/', StringComparison.Ordinal)));
                break;
            case TaskFamily.Documentation:
                List(text, "Documents there are", files.Paths.Where(path => FileKinds.IsDocument(path) && !FileKinds.IsTest(path)));
                break;
            case TaskFamily.Custom:
                break;
        }

        return text.Length == 0 ? null : text.ToString();
    }

    private static void List(StringBuilder text, string heading, IEnumerable<string> paths)
    {
        var all = paths.OrderBy(path => path.Count(c => c == '/')).ThenBy(path => path, StringComparer.Ordinal).ToList();
        if (all.Count == 0) return;
        text.Append(heading).Append(":\n");
        foreach (var path in all.Take(MostListed)) text.Append("- ").Append(SharedText.Line(path)).Append('\n');
        if (all.Count > MostListed) text.Append(CultureInfo.InvariantCulture, $"- and {all.Count - MostListed} more\n");
    }

    /// <summary>Sizes are told roughly, so that an edit does not change the text.</summary>
    private static void Largest(StringBuilder text, RepositoryFiles files)
    {
        var largest = files.Paths.Where(path => FileKinds.IsCode(path) && !FileKinds.IsTest(path))
            .Select(path => (Path: path, Size: new FileInfo(System.IO.Path.Combine(files.Root, path)) is { Exists: true, Length: var length } ? Rough(length) : -1))
            .Where(file => file.Size >= 0)
            .OrderByDescending(file => file.Size).ThenBy(file => file.Path, StringComparer.Ordinal).Take(LargestListed).ToList();
        if (largest.Count == 0) return;
        text.Append("The largest source files:\n");
        foreach (var (path, size) in largest) text.Append("- ").Append(SharedText.Line(path)).Append(size > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({size} kB or more)\n") : "\n");
    }

    private static long Rough(long bytes) => bytes / 1024 switch
    {
        >= 64 and var large => large / 32 * 32,
        >= 8 and var middle => middle / 8 * 8,
        var small => small / 2 * 2,
    };
}
