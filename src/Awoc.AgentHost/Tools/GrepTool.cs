using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Awoc.AgentHost.Tools;

internal sealed class GrepTool(Workspace workspace) : ITool
{
    /// <summary>Larger files are passed over, in bytes.</summary>
    public const long MaxFileLength = 5_000_000;

    /// <summary>Lines or files given where no head_limit is asked for.</summary>
    public const int DefaultHead = 250;

    /// <summary>Characters of one line shown.</summary>
    private const int MaxLineLength = 500;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public string Name => "Grep";

    public string Description =>
        "Searches file contents with a regular expression. output_mode: files_with_matches (default), content (lines with numbers), or count. "
        + $"Binary files and files over {MaxFileLength / 1_000_000} MB are passed over.";

    public string Schema => """
        {"type":"object","properties":{
        "pattern":{"type":"string","description":"The regular expression"},
        "path":{"type":"string","description":"File or directory to search; default the working directory"},
        "glob":{"type":"string","description":"Only files that match, such as *.cs"},
        "output_mode":{"type":"string","enum":["content","files_with_matches","count"]},
        "-i":{"type":"boolean","description":"Ignore case"},
        "-n":{"type":"boolean","description":"Line numbers; default true"},
        "-A":{"type":"integer","description":"Lines shown after each match"},
        "-B":{"type":"integer","description":"Lines shown before each match"},
        "-C":{"type":"integer","description":"Lines shown around each match"},
        "multiline":{"type":"boolean","description":"Let the pattern match across lines"},
        "head_limit":{"type":"integer","description":"How many lines or files to give at most"}},
        "required":["pattern"],"additionalProperties":false}
        """;

    public Task<ToolOutcome> RunAsync(JsonElement input, CancellationToken cancellation) => Workspace.GuardAsync(() => Task.Run(() =>
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_patience);
        var root = workspace.Resolve(input.Optional("path") ?? ".");
        var query = Query.Of(input);
        var text = new StringBuilder();
        var given = 0;
        var cut = false;
        try
        {
            foreach (var (path, relative) in Files(root, input.Optional("glob"), patience.Token))
            {
                given += Search(path, relative, query, query.Head - given, text);
                if (given < query.Head) continue;
                cut = true;
                break;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            text.Append(CultureInfo.InvariantCulture, $"(stopped after {s_patience.TotalSeconds} s: narrow the path or the glob)\n");
        }
        catch (RegexMatchTimeoutException)
        {
            text.Append("(the pattern took too long on one file: make it simpler)\n");
        }

        if (cut) text.Append(CultureInfo.InvariantCulture, $"(cut at {query.Head}: narrow the search or raise head_limit)\n");
        return new ToolOutcome(text.Length == 0 ? "No matches found" : text.ToString());
    }, cancellation));

    private static IEnumerable<(string Path, string Relative)> Files(string root, string? glob, CancellationToken cancellation)
    {
        if (File.Exists(root)) return [(root, root)];
        if (!Directory.Exists(root)) throw new ToolFault($"{root} does not exist");
        var matcher = glob is null ? null : GlobPattern.Compile(glob, anyDepth: true);
        return FileWalk.Files(root, cancellation).Where(file => matcher is null || matcher.IsMatch(file.Relative));
    }

    private static int Search(string path, string relative, Query query, int room, StringBuilder text)
    {
        string content;
        try
        {
            var file = new FileInfo(path);
            if (file.Length is 0 or > MaxFileLength || !Native.IsRegularFile(path)) return 0;
            content = File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return 0;
        }

        if (content.AsSpan(0, Math.Min(content.Length, 8_000)).Contains('\0')) return 0;
        if (query.Mode == "files_with_matches")
        {
            if (!query.Multiline ? !content.Split('\n').Any(line => query.Pattern.IsMatch(line)) : !query.Pattern.IsMatch(content)) return 0;
            text.Append(path).Append('\n');
            return 1;
        }

        var lines = content.Split('\n');
        var hits = query.Multiline ? MultilineHits(content, query.Pattern) : [.. Enumerable.Range(0, lines.Length).Where(i => query.Pattern.IsMatch(lines[i]))];
        if (hits.Count == 0) return 0;
        if (query.Mode == "count")
        {
            text.Append(CultureInfo.InvariantCulture, $"{relative}:{hits.Count}\n");
            return 1;
        }

        return Show(relative, lines, hits, query, room, text);
    }

    private static int Show(string relative, string[] lines, List<int> hits, Query query, int room, StringBuilder text)
    {
        var given = 0;
        var next = 0;
        var matched = hits.ToHashSet();
        foreach (var hit in hits)
        {
            for (var at = Math.Max(next, hit - query.Before); at <= Math.Min(lines.Length - 1, hit + query.After); at++)
            {
                if (given >= room) return given;
                var line = lines[at].TrimEnd('\r');
                if (line.Length > MaxLineLength) line = line[..MaxLineLength] + "…";
                var mark = matched.Contains(at) ? ':' : '-';
                text.Append(relative).Append(mark);
                if (query.Numbers) text.Append(at + 1).Append(mark);
                text.Append(line).Append('\n');
                given++;
                next = at + 1;
            }
        }

        return given;
    }

    private static List<int> MultilineHits(string content, Regex pattern)
    {
        var hits = new List<int>();
        int line = 0, scanned = 0;
        foreach (var match in pattern.EnumerateMatches(content))
        {
            line += content.AsSpan(scanned, match.Index - scanned).Count('\n');
            scanned = match.Index;
            if (hits.Count == 0 || hits[^1] != line) hits.Add(line);
        }

        return hits;
    }

    private sealed record Query(Regex Pattern, string Mode, bool Multiline, bool Numbers, int Before, int After, int Head)
    {
        public static Query Of(JsonElement input)
        {
            var multiline = input.Flag("multiline");
            var around = Bounded(input.Whole("-C"));
            return new Query(
                Compile(input.Required("pattern"), input.Flag("-i"), multiline),
                input.Optional("output_mode") ?? "files_with_matches",
                multiline,
                !input.TryGetProperty("-n", out _) || input.Flag("-n"),
                Math.Max(around, Bounded(input.Whole("-B"))),
                Math.Max(around, Bounded(input.Whole("-A"))),
                (int)Math.Clamp(input.Whole("head_limit") ?? DefaultHead, 1, 2_000));
        }

        private static int Bounded(long? lines) => (int)Math.Clamp(lines ?? 0, 0, 50);

        private static Regex Compile(string pattern, bool ignoreCase, bool multiline)
        {
            var options = RegexOptions.CultureInvariant
                | (ignoreCase ? RegexOptions.IgnoreCase : 0)
                | (multiline ? RegexOptions.Singleline | RegexOptions.Multiline : 0);
            try
            {
                return new Regex(pattern, options | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(5));
            }
            catch (NotSupportedException)
            {
                // Look-around and back-references need the engine that can run away: the time-out holds it.
                return new Regex(pattern, options, TimeSpan.FromSeconds(5));
            }
            catch (ArgumentException fault)
            {
                throw new ToolFault($"the pattern cannot be read: {fault.Message}");
            }
        }
    }
}
