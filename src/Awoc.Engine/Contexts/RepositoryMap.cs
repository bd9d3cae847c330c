using System.Globalization;
using System.Text;
using Awoc.Prompts;

namespace Awoc.Engine.Contexts;

/// <summary>
/// What a repository is made of, in a text of bounded length: languages, what it is built from, entry points, files by folder, symbols by file.
/// The same repository gives the same bytes. No line numbers: they change with every edit, and a map that changes is written to the
/// provider's cache again.
/// </summary>
public sealed record RepositoryMap(string Text, int Symbols)
{
    /// <summary>Of the text's shape.</summary>
    public const int Version = 1;

    private const int BytesPerToken = 4;
    private const int MostListed = 40;
    private const int LongestLine = 400;

    public static async Task<RepositoryMap> MakeAsync(RepositoryFiles files, int tokens, CancellationToken cancellation)
    {
        var room = (long)tokens * BytesPerToken;
        var text = new BoundedText(room);
        text.Add(string.Create(CultureInfo.InvariantCulture, $"{files.Paths.Length} files{(files.IsTracked ? " that git tracks" : "")}; secrets, binaries and what is ignored are left out.\n"));
        text.Section("Languages", files.Paths.Select(FileKinds.Language).OfType<string>().CountBy(l => l).OrderByDescending(l => l.Value).ThenBy(l => l.Key, StringComparer.Ordinal)
            .Take(12).Select(l => string.Create(CultureInfo.InvariantCulture, $"- {l.Key}: {l.Value} files")));
        text.Section("Build And Dependencies", Named(files.Paths.Where(FileKinds.IsManifest)));
        text.Section("Entry Points", Named(files.Paths.Where(path => FileKinds.IsEntryPoint(path) && !FileKinds.IsTest(path))));

        // Two parts of what is left for the files, the rest for what is in them.
        text.Section("Files", Folders(files.Paths), upTo: text.Length + ((room - text.Length) * 2 / 5));
        var symbols = await SymbolIndex.ReadAsync(files, cancellation);
        var shown = text.Section("Symbols", symbols.Select(file => LineOf(file.Path, file.Names)));
        return new RepositoryMap(text.ToString(), symbols.Take(shown).Sum(file => file.Names.Count));
    }

    private static IEnumerable<string> Named(IEnumerable<string> paths) =>
        paths.OrderBy(path => path.Count(c => c == '/')).ThenBy(path => path, StringComparer.Ordinal).Take(MostListed).Select(path => $"- {SharedText.Line(path)}");

    // - src/Awoc.Core/Tasks/: AgentTask.cs, Axes.cs, …
    private static IEnumerable<string> Folders(IEnumerable<string> paths) => paths
        .GroupBy(path => path.LastIndexOf('/') is >= 0 and var at ? path[..(at + 1)] : "./")
        .OrderBy(folder => folder.Key.Count(c => c == '/')).ThenBy(folder => folder.Key, StringComparer.Ordinal)
        .Select(folder => LineOf(folder.Key, [.. folder.Select(path => path[(path.LastIndexOf('/') + 1)..])]));

    private static string LineOf(string head, IReadOnlyList<string> names)
    {
        var line = new StringBuilder($"- {SharedText.Line(head)}: ");
        for (var i = 0; i < names.Count; i++)
        {
            var name = SharedText.Line(names[i]);
            if (line.Length + name.Length > LongestLine) return line.Append(CultureInfo.InvariantCulture, $"and {names.Count - i} more").ToString();
            line.Append(name);
            if (i < names.Count - 1) line.Append(", ");
        }

        return line.ToString();
    }

    /// <summary>Takes lines as long as there is room, and says how many it left out.</summary>
    private sealed class BoundedText(long room)
    {
        private const int ForTheRest = 40;
        private readonly StringBuilder _text = new();

        public long Length { get; private set; }

        public void Add(string text)
        {
            _text.Append(text);
            Length += Encoding.UTF8.GetByteCount(text);
        }

        /// <returns>Lines that were taken.</returns>
        public int Section(string heading, IEnumerable<string> lines, long? upTo = null)
        {
            var all = lines.ToList();
            var end = (upTo ?? room) - ForTheRest;
            if (all.Count == 0 || Length + heading.Length + 6 > end) return 0;
            Add($"\n## {heading}\n");
            var taken = 0;
            while (taken < all.Count && Length + Encoding.UTF8.GetByteCount(all[taken]) + 1 <= end) Add(all[taken++] + "\n");
            if (taken < all.Count) Add(string.Create(CultureInfo.InvariantCulture, $"- and {all.Count - taken} more\n"));
            return taken;
        }

        public override string ToString() => _text.ToString();
    }
}
