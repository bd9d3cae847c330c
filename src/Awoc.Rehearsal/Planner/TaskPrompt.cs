using System.Globalization;
using System.Text.RegularExpressions;

namespace Awoc.Rehearsal.Planner;

/// <summary>
/// An AWOC task as its prompt describes it. Read leniently: the list marks, the bold and the case may differ, and only the
/// heading <c>## Task Configuration</c> makes it one.
/// <code>
/// ## Task Configuration
/// - **Task ID**: 1763900000-abcdef012345
/// - **Output File**: /home/me/.awoc/…/report.md
/// - **Token Budget**: 5000 tokens maximum
/// </code>
/// </summary>
internal sealed partial record TaskPrompt
{
    public string? Id { get; init; }

    public string Type { get; init; } = "custom";

    public string? OutputFile { get; init; }

    /// <summary>In tokens; null when the prompt names none.</summary>
    public int? TokenBudget { get; init; }

    /// <summary>The part of <see cref="TokenBudget"/> that is for the work; null when the prompt does not part it.</summary>
    public int? WorkBudget { get; init; }

    /// <summary>The report's headings are to be written before anything else.</summary>
    public bool WantsSkeleton { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>The first lines of the task's own text.</summary>
    public string Description { get; init; } = "";

    /// <summary>The headings the output must have, in order.</summary>
    public IReadOnlyList<string> Sections { get; init; } = [];

    /// <summary>Keys of a JSON output, in step with <see cref="Sections"/>; empty when the prompt names none.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    public static TaskPrompt? Parse(string prompt)
    {
        if (!ConfigurationHeading().IsMatch(prompt)) return null;
        // Only the configuration's own lines count: a description may quote lines that look like them.
        var configuration = Section(prompt, "Task Configuration");
        var type = Field(configuration, "Task Type") ?? "custom";
        var details = Section(prompt, "Task Details");
        var format = Section(prompt, "Expected Output Format");
        var sections = Bullets(format);
        if (sections.Count == 0 && OutputStructure().Match(prompt) is { Success: true } structure)
            sections = Bullets(prompt[(structure.Index + structure.Length)..].Split("\n#", 2)[0]);

        // The seed's types read "api-research:Stripe payment integration".
        var colon = type.IndexOf(':');
        return new TaskPrompt
        {
            Id = Field(configuration, "Task ID"),
            Type = colon > 0 ? type[..colon].Trim() : type,
            OutputFile = Field(configuration, "Output File"),
            TokenBudget = Number(Field(configuration, "Token Budget")),
            WorkBudget = Number(Field(configuration, "Work Budget")),
            WantsSkeleton = Section(prompt, "Execution Context").Contains("skeleton", StringComparison.OrdinalIgnoreCase),
            WorkingDirectory = Field(Section(prompt, "Execution Context"), "Working Directory"),
            Description = Describe(colon > 0 ? type[(colon + 1)..] : "", details),
            Sections = sections,
            Keys = KeysOf(format, sections.Count),
        };
    }

    private static string Describe(string fromType, string details)
    {
        if (fromType.Trim() is { Length: > 0 } text) return text;
        var lines = details.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0).ToList();

        // A user's words come as a block quote; what stands below a heading of its own is the type's, not theirs.
        var quoted = lines.Where(l => l.StartsWith('>')).Select(l => l.TrimStart('>').Trim()).Where(l => l.Length > 0).ToList();
        if (quoted.Count > 0) return string.Join(' ', quoted.Take(2));
        return string.Join(' ', lines.TakeWhile(l => !l.StartsWith('#')).Where(l => !l.StartsWith("No further description", StringComparison.Ordinal)).Take(2));
    }

    /// <summary>"The keys, in this order: `executive_summary`, `key_findings`."</summary>
    private static List<string> KeysOf(string format, int sections)
    {
        var line = format.Split('\n').FirstOrDefault(l => l.StartsWith("The keys", StringComparison.OrdinalIgnoreCase));
        if (line is null) return [];
        var keys = Quoted().Matches(line).Select(m => m.Groups["key"].Value).ToList();
        return keys.Count == sections ? keys : [];
    }

    private static string? Field(string prompt, string name)
    {
        var match = Regex.Match(prompt, $@"^[ \t]*(?:[-*+][ \t]+)?[*_]*{name}[*_]*[ \t]*:[*_]*[ \t]*(?<value>[^\n]+?)[ \t\r]*$",
            RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        if (!match.Success) return null;
        var value = match.Groups["value"].Value.Trim('`', '"', ' ');
        return value.Length == 0 ? null : value;
    }

    /// <summary>The text under a second-level heading, up to the next one.</summary>
    private static string Section(string prompt, string heading)
    {
        var match = Regex.Match(prompt, $@"^##[ \t]+{heading}[^\n]*\n(?<body>.*?)(?=^##[ \t]|\z)",
            RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        return match.Success ? match.Groups["body"].Value : "";
    }

    private static List<string> Bullets(string text) =>
    [
        .. BulletLine().Matches(text)
            .Select(m => Clean(m.Groups["name"].Value))
            .Where(n => n.Length is > 0 and <= 80)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Take(12),
    ];

    /// <summary>"**Executive Summary** (2-3 sentences)" and "Key Findings: bullet points" name their section alone.</summary>
    private static string Clean(string name)
    {
        name = Remark().Replace(name, "");
        var colon = name.IndexOf(": ", StringComparison.Ordinal);
        if (colon > 0) name = name[..colon];
        return name.Trim(' ', '*', '_', '`', '"', ':', '\r', '.');
    }

    private static int? Number(string? text)
    {
        if (text is null || FirstNumber().Match(text) is not { Success: true } match) return null;
        var digits = match.Value.Replace(",", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
    }

    [GeneratedRegex(@"^##[ \t]+Task Configuration\b", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex ConfigurationHeading();

    [GeneratedRegex(@"^#{2,4}[ \t]+[^\n]*Output Structure[^\n]*\n", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex OutputStructure();

    [GeneratedRegex(@"^[ \t]{0,3}(?:[-*+]|\d+[.)]|\#{3,6})[ \t]+(?<name>[^\n]+)$", RegexOptions.Multiline)]
    private static partial Regex BulletLine();

    [GeneratedRegex("`(?<key>[^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Remark();

    [GeneratedRegex(@"\d[\d,_]*")]
    private static partial Regex FirstNumber();
}
