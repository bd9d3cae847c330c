using System.Text.RegularExpressions;

namespace Awoc.Rehearsal.Planner;

/// <summary>
/// What to look at, in rounds: each round's calls go out together, and later rounds need what earlier ones found. Commands are
/// short, for every byte of them is output.
/// </summary>
internal sealed partial class ProbePlan
{
    public const int TodoLimit = 20;
    private const string ListFiles = "L(){ git ls-files -co --exclude-standard 2>/dev/null||find . -type f ! -path '*/.git/*'|cut -c3-;};";

    /// <summary>Without Bash: every file with a line in it, and how many it has. Unlike Glob it leaves out what git ignores.</summary>
    private static readonly ToolCall s_lineCounts =
        new("Grep", [("pattern", "^"), ("output_mode", "count"), ("head_limit", FileListing.CountLimit)]);

    private static readonly ToolCall s_glob = new("Glob", [("pattern", "**/*")]);

    private static readonly Probe s_inventory = new("inventory",
    [
        ToolCall.Bash(
            ListFiles + """pwd;echo "files $(L|wc -l)";L|sed -n 's/.*[^/.]\.\([A-Za-z0-9]\{1,10\}\)$/\1/p'|sort|uniq -c|sort -rn|head -15""",
            "Count files by type"),
        s_lineCounts,
        s_glob,
    ]);

    private static readonly Probe s_layout = new("layout",
    [
        ToolCall.Bash(
            ListFiles + """
            T(){ L|grep -Ei '(^|/)(tests?|spec|__tests__)/|[._-](test|spec)s?\.[a-z]+$|tests?\.(cs|java|kt)$|(^|/)test_[^/]*$';};echo "tests $(T|wc -l)";T|sed 's|/[^/]*$||;s/^/in /'|sort|uniq -c|sort -rn|head -6;L|grep -E '(^|/)(Program\.cs|[mM]ain\.[a-z]+|index\.(js|ts|html)|__main__\.py|(app|manage)\.py|server\.[jt]s|Makefile|Dockerfile)$'|head -8|sed 's/^/entry /';L|grep -Ei '^(readme[^/]*|package\.json|[^/]*\.(slnx?|csproj)|pyproject\.toml|cargo\.toml|go\.mod|pom\.xml)$'|head -6|sed 's/^/top /'
            """,
            "Find tests, entry points, manifests"),
        s_lineCounts,
        s_glob,
    ]);

    private static readonly Probe s_sizes = new("sizes",
    [
        ToolCall.Bash(
            ListFiles + """L|tr '\n' '\0'|xargs -0 wc -l 2>/dev/null|awk '$2=="total"&&NF==2{next}{n+=$1;c++;print}END{print n+0" lines in "c+0" files"}'|sort -rn|head -8""",
            "Measure files"),
        s_lineCounts,
    ]);

    private static readonly Probe s_todos = new("todos",
    [
        new ToolCall("Grep", [("pattern", "TODO|FIXME"), ("output_mode", "content"), ("-n", true), ("head_limit", TodoLimit)]),
        ToolCall.Bash($"grep -rnIE 'TODO|FIXME' --exclude-dir=.git --exclude-dir=node_modules .|cut -c3-|head -{TodoLimit}", "Find TODOs"),
    ]);

    private static readonly Probe s_history = new("history",
    [
        ToolCall.Bash("git rev-list --count HEAD 2>/dev/null;git log -3 --format='%h %as %s' 2>/dev/null;true", "Read the history"),
    ]);

    private ProbePlan(IReadOnlyList<IReadOnlyList<Probe>> rounds, IReadOnlyList<string> words, (string Pattern, string Label)? pattern) =>
        (Rounds, Words, Pattern) = (rounds, words, pattern);

    public IReadOnlyList<IReadOnlyList<Probe>> Rounds { get; }

    /// <summary>Words of the description that were searched for.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>The type's own pattern and what its matches are.</summary>
    public (string Pattern, string Label)? Pattern { get; }

    /// <param name="task">The task.</param>
    /// <param name="conversation">Tells what earlier rounds found.</param>
    /// <param name="tokens">What all calls together may cost.</param>
    public static ProbePlan For(TaskPrompt task, Conversation conversation, int tokens)
    {
        var words = Keywords(task.Description);
        var pattern = TaskFamilies.Pattern(task.Type, TaskFamilies.Of(task.Type));
        var third = new List<Probe>();
        if (s_layout.Result(conversation) is { } layout)
        {
            var found = Layout.Of(layout);
            if (found.Readme is { } readme) third.Add(ReadProbe("readme", readme, 30));
            if (found.Manifest is { } manifest) third.Add(ReadProbe("manifest", manifest, 40));
        }

        if (words.Count > 0) third.Add(TopicProbe(words));
        if (pattern is { } p) third.Add(PatternProbe(p.Pattern));
        third.Add(s_history);

        var rounds = new List<IReadOnlyList<Probe>>();
        var left = tokens;
        foreach (var round in new IReadOnlyList<Probe>[] { [s_inventory], [s_layout, s_sizes, s_todos], third })
        {
            var affordable = new List<Probe>();
            foreach (var probe in round)
            {
                var cost = probe.Alternatives.Where(a => conversation.Offers(a.Tool)).Select(a => a.Tokens).FirstOrDefault();
                if (cost > left) continue;
                left -= cost;
                affordable.Add(probe);
            }

            rounds.Add(affordable);
        }

        return new ProbePlan(rounds, words, pattern);
    }

    public Call? Result(string name, Conversation conversation) =>
        Rounds.SelectMany(r => r).FirstOrDefault(p => p.Name == name)?.Result(conversation);

    private static Probe ReadProbe(string name, string path, int lines) => new(name,
    [
        new ToolCall("Read", [("file_path", path), ("limit", lines)]),
        ToolCall.Bash($"head -{lines} -- '{path.Replace("'", @"'\''", StringComparison.Ordinal)}'", $"Read {name}"),
    ]);

    private static Probe TopicProbe(IReadOnlyList<string> words)
    {
        var pattern = string.Join('|', words);
        return new Probe("topic",
        [
            new ToolCall("Grep", [("pattern", pattern), ("output_mode", "files_with_matches"), ("-i", true), ("head_limit", 8)]),
            ToolCall.Bash($"grep -rlIiE '{pattern}' --exclude-dir=.git --exclude-dir=node_modules .|cut -c3-|head -8", "Search the topic"),
        ]);
    }

    private static Probe PatternProbe(string pattern) => new("pattern",
    [
        new ToolCall("Grep", [("pattern", pattern), ("output_mode", "count")]),
        ToolCall.Bash($"grep -rIE '{pattern}' --exclude-dir=.git --exclude-dir=node_modules .|wc -l", "Count matches"),
    ]);

    /// <summary>Up to three words that carry meaning. Letters alone, so that they stand in a pattern and in a shell as they are.</summary>
    private static List<string> Keywords(string description) =>
    [
        .. Word().Matches(description)
            .Select(m => m.Value.ToLowerInvariant())
            .Where(w => !s_commonWords.Contains(w))
            .Distinct(StringComparer.Ordinal)
            .Take(3),
    ];

    private static readonly HashSet<string> s_commonWords = new(
        ("about after also analysis analyze analyse and api background best build code create current describe design document documentation each "
        + "evaluate every existing file files find flow following from general generate guide implementation improve integration into list make "
        + "most only over practices profile project report research review scenarios should suite summary system task test testing tests "
        + "that their them then there these this type unit update using what when where which with work write your and").Split(' '),
        StringComparer.Ordinal);

    [GeneratedRegex(@"\p{L}{4,24}")]
    private static partial Regex Word();
}
