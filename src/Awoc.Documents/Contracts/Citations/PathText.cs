using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Awoc.Documents.Contracts.Citations;

/// <summary>
/// When a word is a path of a file, and when it only looks like one: <c>npm run x</c>, <c>foo.bar()</c>, <c>src/**</c>, <c>a/b</c>,
/// <c>Node.js</c>, <c>https://…</c> and <c>path/to/file.cs</c> are none. What is no path for certain is no claim: a false alarm costs more.
/// </summary>
internal static partial class PathText
{
    private const int Longest = 300;

    private static readonly SearchValues<char> s_neverIn = SearchValues.Create(" \t*?{}<>|$%;=,\"'()[]`!&^\\");

    /// <summary>What the names of files end in; other words with a dot in them are members, versions and hosts.</summary>
    private static readonly FrozenSet<string> s_extensions = FrozenSet.Create(
        StringComparer.Ordinal,
        "md", "markdown", "txt", "rst", "adoc", "json", "jsonl", "json5", "yaml", "yml", "toml", "xml", "csv", "tsv", "ini", "cfg", "conf", "properties", "env",
        "cs", "csproj", "sln", "slnx", "props", "targets", "fs", "fsproj", "vb", "razor", "cshtml", "resx", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx",
        "vue", "svelte", "html", "htm", "css", "scss", "sass", "less", "py", "pyi", "ipynb", "go", "rs", "java", "kt", "kts", "scala", "groovy", "gradle", "c",
        "h", "cc", "cpp", "cxx", "hpp", "hh", "m", "mm", "swift", "rb", "erb", "php", "pl", "pm", "lua", "r", "jl", "ex", "exs", "erl", "hs", "ml", "clj", "dart",
        "zig", "sh", "bash", "zsh", "fish", "ps1", "bat", "cmd", "sql", "proto", "graphql", "tf", "tfvars", "hcl", "nix", "cmake", "mk", "lock", "log", "patch",
        "diff", "svg", "png", "jpg", "jpeg", "gif", "pdf", "tex", "service", "http", "snap", "editorconfig", "gitignore", "dockerignore");

    private static readonly FrozenSet<string> s_bareNames = FrozenSet.Create(
        StringComparer.Ordinal, "Dockerfile", "Makefile", "LICENSE", "Jenkinsfile", "Procfile", "Gemfile", "Rakefile", "Vagrantfile", "CODEOWNERS");

    /// <summary>Names of products that look like those of files, and what texts write where a name is to come.</summary>
    private static readonly FrozenSet<string> s_words = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "node.js", "next.js", "vue.js", "nuxt.js", "three.js", "express.js", "d3.js", "react.js", "ember.js", "backbone.js", "asp.net", "socket.io");

    /// <summary>The path and the lines that <paramref name="word"/> names; null when it names none. A link may have unescaped to anything, NUL too.</summary>
    public static (string Path, (int First, int Last)? Range)? Read(ReadOnlySpan<char> word)
    {
        if (word.Length is 0 or > Longest || word.ContainsAny(s_neverIn) || HasControl(word)) return null;
        if (word.Contains("://", StringComparison.Ordinal) || word[0] is '-' or '@' or '~' or '#' || word.Contains("...", StringComparison.Ordinal) || word.Contains('…')) return null;
        var text = word.ToString();
        (int, int)? range = null;
        if (Lines().Match(text) is { Success: true } lines)
        {
            if (!int.TryParse(lines.Groups["first"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var first)) return null;
            var last = int.TryParse(lines.Groups["last"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var to) ? to : first;
            range = (first, last);
            text = text[..lines.Index];
        }

        var hash = text.IndexOf('#', StringComparison.Ordinal);
        if (hash >= 0) text = text[..hash];
        if (text.Contains(':', StringComparison.Ordinal) || text.Length == 0 || text.EndsWith('/') || s_words.Contains(text)) return null;
        var name = text[(text.LastIndexOf('/') + 1)..];
        var dot = name.LastIndexOf('.');
        var known = s_bareNames.Contains(name) ? text.Contains('/', StringComparison.Ordinal) || range is not null : dot >= 0 && IsExtension(name[(dot + 1)..]);
        if (!known || dot == 0 && name.Length > 1 && !text.Contains('/', StringComparison.Ordinal) && range is null || IsExample(text)) return null;
        return (text, range);
    }

    private static bool HasControl(ReadOnlySpan<char> word)
    {
        foreach (var c in word)
        {
            if (char.IsControl(c)) return true;
        }

        return false;
    }

    /// <summary>In one case: <c>System.Text.Json</c> is a name of code.</summary>
    private static bool IsExtension(string word) => s_extensions.Contains(word) || (word.All(char.IsAsciiLetterUpper) && s_extensions.Contains(word.ToLowerInvariant()));

    // path/to/file.cs, your-module/index.ts, foo.txt, example.md
    private static bool IsExample(string path) =>
        path.Contains("path/to/", StringComparison.OrdinalIgnoreCase) || path.Contains("your", StringComparison.OrdinalIgnoreCase)
        || Example().IsMatch(path);

    // :12  :10-20  :10:5  #L10  #L10-L20
    [GeneratedRegex(@"(?::|#L)(?<first>\d{1,9})(?:(?:-L?|–)(?<last>\d{1,9})|:\d+)?$", RegexOptions.NonBacktracking)]
    private static partial Regex Lines();

    [GeneratedRegex(@"(?:^|/)(?:foo|bar|baz|example|sample|file|filename|name|xyz)\.\w+$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Example();
}
