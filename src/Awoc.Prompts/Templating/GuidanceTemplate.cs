using System.Globalization;
using System.Text.RegularExpressions;
using Stubble.Core.Exceptions;
using Stubble.Core.Parser;
using Stubble.Core.Tokens;

namespace Awoc.Prompts.Templating;

/// <summary>The words that a type of somebody's own adds to the prompt: a Mustache template over a closed set of variables.</summary>
internal static partial class GuidanceTemplate
{
    /// <summary>What a type may speak of. Each is on one line.</summary>
    public static IReadOnlyList<string> Variables { get; } =
        ["type", "description", "output", "format", "cwd", "agent", "model", "name", "tokens", "seconds"];

    /// <summary>What is wrong with it, with the line counted from 0.</summary>
    public static IReadOnlyList<(int Line, string Message)> Check(string text)
    {
        List<(int, string)> faults = [];
        foreach (Match heading in OwnHeading().Matches(text))
            faults.Add((LineAt(text, heading.Index), $"the heading '{heading.Value.Trim()}' is one of the prompt's own: name it otherwise"));
        foreach (Match heading in OpenHeading().Matches(text))
            faults.Add((LineAt(text, heading.Index), "a heading takes no variable: what a user writes is not to become a heading of the prompt"));

        // Stubble 1.10.8 does not come back from a malformed one ("{{=|}}"), so none is let in.
        if (Delimiters().Match(text) is { Success: true } delimiters)
            faults.Add((LineAt(text, delimiters.Index), "'{{=' changes Mustache's delimiters, which is not supported here"));
        else
            faults.AddRange(Parse(text));
        return faults;
    }

    /// <summary>The rendered words.</summary>
    public static string Render(string text, Func<string, string> value)
    {
        if (text.Length == 0 || !text.Contains("{{", StringComparison.Ordinal)) return text;
        return Template.Render(text, Variables.ToDictionary(name => name, object (name) => Inert(value(name))));
    }

    /// <summary>On one line, and nothing that Markdown reads as a mark where it comes to stand at a line's beginning.</summary>
    private static string Inert(string value)
    {
        var line = PromptText.Line(string.Join(' ', value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        return line.Length == 0 || char.IsLetterOrDigit(line[0]) || line[0] == '/' ? line : "\\" + line;
    }

    private static List<(int, string)> Parse(string text)
    {
        try
        {
            return [.. Unknown(text, MustacheParser.Parse(text).Children)];
        }
        catch (StubbleException broken)
        {
            // "Unclosed Block 'x' at 10"
            var at = Position().Match(broken.Message) is { Success: true } match ? int.Parse(match.Groups["at"].Value, CultureInfo.InvariantCulture) : 0;
            return [(LineAt(text, Math.Min(at, text.Length)), $"no Mustache template: {Position().Replace(broken.Message, "")}")];
        }
    }

    private static IEnumerable<(int, string)> Unknown(string text, IEnumerable<MustacheToken> tokens)
    {
        foreach (var token in tokens)
        {
            var (name, at) = token switch
            {
                InterpolationToken variable => (variable.Content.ToString(), variable.TagStartPosition),
                SectionToken section => (section.SectionName, section.StartPosition),
                InvertedSectionToken section => (section.SectionName, section.StartPosition),
                _ => (null, 0),
            };
            if (token is PartialToken partial)
                yield return (LineAt(text, partial.TagStartPosition), $"there are no partials here: '{partial.Content}' stands for nothing");
            if (name is not null && !Variables.Contains(name))
                yield return (LineAt(text, at), $"there is no variable '{name}'; there are {string.Join(", ", Variables)}");
            if (token is not BlockToken block) continue;
            foreach (var inner in Unknown(text, block.Children)) yield return inner;
        }
    }

    private static int LineAt(string text, int position) => text.AsSpan(0, position).Count('\n');

    [GeneratedRegex(@"^[ \t]*#{1,6}[ \t]+(?:Task Execution Protocol|Expected Output Format|Shared Context|Task Details|Task Configuration|Execution Context)\b.*$",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OwnHeading();

    [GeneratedRegex(@"^[ \t]*(?:#[^\n]*\{\{|\{\{[^\n]*\}\}[ \t]*#)", RegexOptions.Multiline)]
    private static partial Regex OpenHeading();

    [GeneratedRegex(@"\{\{\s*=")]
    private static partial Regex Delimiters();

    [GeneratedRegex(@" at (?<at>\d+)")]
    private static partial Regex Position();
}
