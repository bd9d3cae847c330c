using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Awoc.Core.Catalog;

namespace Awoc.Plans.Workflows;

/// <summary>
/// <c>${inputs.NAME}</c> and <c>${tasks.KEY.output}</c> in a text. Anything else in <c>${}</c> belongs to somebody else, a shell mostly,
/// unless it looks like one of these misspelt.
/// </summary>
public abstract partial record Template
{
    private const string InputsRoot = "inputs";
    private const string TasksRoot = "tasks";

    private Template(int offset, int length) => (Offset, Length) = (offset, length);

    /// <summary>Of its dollar sign in the text.</summary>
    public int Offset { get; }

    public int Length { get; }

    public sealed record Input(string Name, int Offset, int Length) : Template(Offset, Length);

    /// <param name="Part"><c>output</c>, <c>summary</c>, <c>result</c> or <c>json</c>.</param>
    /// <param name="Path">Of a <c>json</c>: its fields.</param>
    public sealed record Task(string Key, string Part, ImmutableArray<string> Path, int Offset, int Length) : Template(Offset, Length);

    /// <summary><c>$${inputs.</c>: the characters without the first dollar sign, and no input.</summary>
    public sealed record Literal(int Offset, int Length) : Template(Offset, Length);

    /// <param name="Why">What is wrong with it.</param>
    public sealed record Faulty(string Why, int Offset, int Length) : Template(Offset, Length);

    /// <summary>The words that may follow a task's key.</summary>
    public static ImmutableArray<string> Parts { get; } = ["output", "summary", "result", "json"];

    public static IEnumerable<Template> In(string text) => Pattern().Matches(text).Select(Of).OfType<Template>();

    private static Template? Of(Match match)
    {
        var body = match.Groups["body"];
        var words = body.Value.Split('.');
        // Of tasks, whoever puts in what they produced takes the sign away.
        if (match.Groups["escape"].Success) return words[0] == InputsRoot ? new Literal(match.Index, match.Length) : null;
        if (words[0] is not (InputsRoot or TasksRoot))
        {
            // A shell's variable has no dot in it.
            return words.Length > 1 && EditDistance.Between(Cut(words[0]), InputsRoot) is var inputs && EditDistance.Between(Cut(words[0]), TasksRoot) is var tasks && Math.Min(inputs, tasks) <= 2
                ? new Faulty($"${{{words[0]}.…}} stands for nothing; did you mean ${{{(inputs < tasks ? InputsRoot : TasksRoot)}.…}}?", match.Index, match.Length)
                : null;
        }

        if (match.Groups["blank"].Success) return new Faulty($"write ${{{body.Value}}} without blanks", match.Index, match.Length);
        if (!match.Value.EndsWith('}')) return new Faulty($"${{{body.Value} is not closed: a '}}' is missing", match.Index, match.Length);
        if (words[0] == InputsRoot)
        {
            return words is [_, { Length: > 0 } name]
                ? new Input(name, match.Index, match.Length)
                : new Faulty($"{match.Value} takes one name: ${{inputs.NAME}}", match.Index, match.Length);
        }

        return words switch
        {
            [_, { Length: > 0 } key, "json", .. var path] when path.Length > 0 && path.All(p => p.Length > 0) => new Task(key, "json", [.. path], match.Index, match.Length),
            [_, { Length: > 0 } key, "output" or "summary" or "result"] => new Task(key, words[2], [], match.Index, match.Length),
            [_, { Length: > 0 }, "json", ..] => new Faulty($"{match.Value} names no field: write ${{tasks.KEY.json.FIELD}}", match.Index, match.Length),
            _ => new Faulty($"{match.Value} stands for nothing: write ${{tasks.KEY.PART}}, a part being output, summary, result or json.FIELD", match.Index, match.Length),
        };
    }

    private static ReadOnlySpan<char> Cut(string word) => word.AsSpan(0, Math.Min(word.Length, 16));

    [GeneratedRegex(@"(?<escape>\$)?\$\{(?<blank>[ \t]+)?(?<body>[A-Za-z_][A-Za-z0-9_.-]*)(?<blank>[ \t]+)?\}?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
