using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Awoc.Core.Catalog;
using Awoc.Core.Integration;
using Awoc.Core.Tasks;
using Awoc.Prompts.Templating;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Awoc.Prompts.Catalog;

/// <summary>
/// Reads the definition of a type, every fault at once with its line. Through YamlDotNet's node model, which needs no reflection.
/// <code>
/// ---
/// extends: research
/// focus: Compare prices.
/// sections:
///   - name: Prices
///     role: findings
/// contract: { min_words: 40 }
/// integration: append
/// ---
/// Look at {{cwd}}/prices.csv first.
/// </code>
/// </summary>
internal sealed partial class TypeReader(string path, int above)
{
    public const string Allowed = "extends, family, focus, method, steps, sections, contract, integration";

    /// <summary>Characters of a line of the prompt: a type is a page, not a book.</summary>
    private const int LongestLine = 1000;

    /// <summary>Characters of a section's name. A heading in a report is no longer.</summary>
    private const int LongestName = 80;

    private const int LongestGuidance = 64 * 1024;
    private const int MostItems = 50;
    private const int MostWords = 100_000;

    /// <summary>What would make a heading or a JSON key of a section's name read as something else.</summary>
    private static readonly SearchValues<char> s_marks = SearchValues.Create("`*_\"\\:");

    private readonly List<TypeFault> _faults = [];

    public static TypeDraft Markdown(string name, string path, string text)
    {
        if (!TypeName.Is(name)) return new TypeDraft { Faults = [new TypeFault(path, 1, $"'{name}' is no type's name: it takes {TypeName.Allowed}")] };
        text = text.TrimStart('\uFEFF').ReplaceLineEndings("\n");
        if (Faulty(path, text) is { } fault) return new TypeDraft { Faults = [fault] };
        if (FrontMatter().Match(text) is not { Success: true } front)
        {
            return new TypeDraft
            {
                Faults = [new TypeFault(path, 1, "expected front matter: a line '---', then KEY: VALUE lines, then a line '---', then the prompt's words")],
            };
        }

        var reader = new TypeReader(path, 1);
        var bodyLine = 1 + front.Value.Count(c => c == '\n');
        var body = text[front.Length..];
        var draft = reader.Parse(front.Groups["yaml"].Value) is { } map ? reader.Read(name, map, inSettings: false) : new TypeDraft();
        var guidance = body.Trim('\n', ' ', '\t');
        if (guidance.Length > 0) draft = draft with { Guidance = guidance };
        var lead = body.Length - body.TrimStart('\n', ' ', '\t').Length;
        reader.CheckGuidance(guidance, bodyLine + body.AsSpan(0, lead).Count('\n'));
        return draft with { Faults = [.. reader._faults.OrderBy(f => f.Line)] };
    }

    public static TypeDraft Settings(string name, string path, YamlNode node)
    {
        var reader = new TypeReader(path, 0);
        if (!TypeName.Is(name)) reader.Fault(node, $"'{name}' is no type's name: it takes {TypeName.Allowed}");
        if (node is not YamlMappingNode map)
        {
            reader.Fault(node, $"the type '{name}' takes KEY: VALUE lines: {Allowed}, prompt");
            return new TypeDraft { Faults = [.. reader._faults] };
        }

        var draft = reader.Read(name, map, inSettings: true);
        return draft with { Faults = [.. reader._faults.OrderBy(f => f.Line)] };
    }

    private static TypeFault? Faulty(string path, string text)
    {
        var at = text.AsSpan().IndexOfAnyExceptInRange('\u0020', '\uFFFC');
        while (at >= 0)
        {
            if (text[at] is not ('\n' or '\t'))
                return new TypeFault(path, 1 + text.AsSpan(0, at).Count('\n'), "a character that is no text (a control character, or no UTF-8)");
            var next = text.AsSpan(at + 1).IndexOfAnyExceptInRange('\u0020', '\uFFFC');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return null;
    }

    private YamlMappingNode? Parse(string yaml)
    {
        try
        {
            switch (BoundedYaml.Load(yaml).Documents)
            {
                case []:
                case [{ RootNode: YamlScalarNode { Value: null or "" } }]:
                    return new YamlMappingNode();
                case [{ RootNode: YamlMappingNode map }]:
                    return map;
                case [var document, ..]:
                    Fault(document.RootNode, "the front matter takes KEY: VALUE lines");
                    return null;
            }
        }
        catch (YamlException broken)
        {
            _faults.Add(new TypeFault(path, above + (int)broken.Start.Line, $"no YAML: {broken.Message}"));
        }

        return null;
    }

    private TypeDraft Read(string name, YamlMappingNode map, bool inSettings)
    {
        var draft = new TypeDraft();
        foreach (var (key, value) in map)
        {
            switch ((key as YamlScalarNode)?.Value)
            {
                case "name":
                    if (!string.Equals(Line(value, LongestName), name, StringComparison.OrdinalIgnoreCase))
                        Fault(value, $"the name is '{Text(value)}', but it is launched as '{name}': leave the name out, or rename one of them");
                    break;
                case "extends":
                    if (Line(value, LongestName) is { } below) draft = draft with { Extends = (below, LineOf(value)) };
                    break;
                case "family":
                    if (Word<TaskFamily>(value) is { } family) draft = draft with { Family = (family, LineOf(value)) };
                    break;
                case "focus":
                    draft = draft with { Focus = Line(value, LongestLine) };
                    break;
                case "method":
                    draft = draft with { Method = Line(value, LongestName) };
                    break;
                case "steps":
                    draft = draft with { Steps = [.. Items(value).Select(Step).OfType<string>()] };
                    break;
                case "sections":
                    draft = draft with { Sections = Sections(value) };
                    break;
                case "contract":
                    draft = Contract(draft, value);
                    break;
                case "integration":
                    draft = draft with { Integration = Word<IntegrationMode>(value) };
                    break;
                case "prompt" when inSettings:
                    var guidance = Text(value)?.ReplaceLineEndings("\n").Trim('\n', ' ', '\t');
                    if (guidance is null) Fault(value, "prompt takes text");
                    else CheckGuidance(guidance, LineOf(value));
                    draft = draft with { Guidance = guidance };
                    break;
                case var other:
                    Fault(key, $"there is no field '{other}'; there are {Allowed}{(inSettings ? ", prompt" : "")}");
                    break;
            }
        }

        return draft;
    }

    private TypeDraft Contract(TypeDraft draft, YamlNode value)
    {
        const string Fields = "min_words and needs_sources";
        if (value is not YamlMappingNode map)
        {
            Fault(value, $"contract takes {Fields}");
            return draft;
        }

        foreach (var (key, field) in map)
        {
            switch ((key as YamlScalarNode)?.Value)
            {
                case "min_words":
                    if (int.TryParse(Text(field), NumberStyles.None, CultureInfo.InvariantCulture, out var words) && words <= MostWords)
                        draft = draft with { MinWords = words };
                    else Fault(field, $"min_words is '{Text(field)}'; it takes a whole number from 0 to {MostWords}");
                    break;
                case "needs_sources":
                    if (bool.TryParse(Text(field), out var needs)) draft = draft with { NeedsSources = needs };
                    else Fault(field, $"needs_sources is '{Text(field)}'; it takes true or false");
                    break;
                case var other:
                    Fault(key, $"a contract has no '{other}'; it has {Fields}");
                    break;
            }
        }

        return draft;
    }

    private ImmutableArray<OutputSection> Sections(YamlNode value)
    {
        var sections = Items(value).Select(item => (Item: item, Section: Section(item))).Where(s => s.Section is not null).ToList();
        foreach (var twice in sections.GroupBy(s => s.Section!.Key).Where(g => g.Count() > 1))
            Fault(twice.Last().Item, $"there are two sections '{twice.Last().Section!.Name}'");
        return [.. sections.Select(s => s.Section!)];
    }

    private OutputSection? Section(YamlNode item)
    {
        if (item is not YamlMappingNode map) return Name(item) is { } plain ? new OutputSection(plain) : null;
        string? name = null, hint = null;
        SectionRole role = default;
        foreach (var (key, field) in map)
        {
            switch ((key as YamlScalarNode)?.Value)
            {
                case "name":
                    name = Name(field);
                    break;
                case "hint":
                    hint = Line(field, LongestLine);
                    break;
                case "role":
                    role = Word<SectionRole>(field) ?? default;
                    break;
                case var other:
                    Fault(key, $"a section has no '{other}'; it has name, hint and role");
                    break;
            }
        }

        if (name is not null) return new OutputSection(name, hint) { Role = role };
        if (!map.Children.ContainsKey("name")) Fault(item, "a section takes a name");
        return null;
    }

    /// <summary>A section's name is a heading of the report, and its key in a JSON one.</summary>
    private string? Name(YamlNode node)
    {
        if (Line(node, LongestName) is not { } name) return null;
        if (name.Any(char.IsLetterOrDigit) && !name.AsSpan().ContainsAny(s_marks)) return name;
        Fault(node, $"'{name}' is no section's name: it takes words, without any of ` * _ \" \\ :");
        return null;
    }

    /// <summary><c>- Data Collection: Gather data</c> is a pair to YAML, and a step with a name to people.</summary>
    private string? Step(YamlNode item)
    {
        if (item is not YamlMappingNode { Children.Count: 1 } pair) return Line(item, LongestLine);
        var (key, value) = pair.Children.First();
        return Line(key, LongestName) is { } name && Line(value, LongestLine) is { } text ? $"**{name}**: {text}" : null;
    }

    private IEnumerable<YamlNode> Items(YamlNode node)
    {
        if (node is YamlSequenceNode { Children.Count: <= MostItems } list) return list.Children;
        if (node is not YamlScalarNode { Value: null or "" }) Fault(node, $"takes a list of at most {MostItems} items, each on a line that begins with '- '");
        return [];
    }

    private T? Word<T>(YamlNode node) where T : struct, Enum
    {
        if (SnakeCase.TryParse<T>(Text(node), out var value)) return value;
        Fault(node, $"'{Text(node)}' is none of {string.Join(", ", SnakeCase.All<T>())}");
        return null;
    }

    /// <summary>Text on one line that cannot pass for a heading of the prompt.</summary>
    private string? Line(YamlNode node, int longest)
    {
        if (Text(node) is not { } text)
        {
            Fault(node, "takes one line of text");
            return null;
        }

        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length > 0 && line.Length <= longest && line[0] != '#' && !line.Any(char.IsControl)) return line;
        Fault(node, $"takes a line of 1 to {longest} characters that does not begin with '#'");
        return null;
    }

    private void CheckGuidance(string guidance, int line)
    {
        if (guidance.Length > LongestGuidance)
            _faults.Add(new TypeFault(path, line, $"the prompt has {guidance.Length} characters, more than {LongestGuidance}"));
        foreach (var (at, message) in GuidanceTemplate.Check(guidance))
            _faults.Add(new TypeFault(path, line + at, message));
    }

    private static string? Text(YamlNode node) => (node as YamlScalarNode)?.Value;

    private int LineOf(YamlNode node) => above + (int)node.Start.Line;

    private void Fault(YamlNode node, string message) => _faults.Add(new TypeFault(path, LineOf(node), message));

    [GeneratedRegex(@"\A---[ \t]*\n(?<yaml>(?:.*\n)*?)---[ \t]*(?:\n|\z)")]
    private static partial Regex FrontMatter();
}
