using Awoc.Core.Agents;

namespace Awoc.Runners;

/// <summary>The tools an agent may use: <see cref="AgentTools.Default"/> unless it is configured otherwise.</summary>
public static class ToolList
{
    /// <summary>The rules as configured, such as <c>Read</c> or <c>Bash(git diff *)</c>. A setting that is there but empty gives no tools.</summary>
    public static IReadOnlyList<string> Rules(IReadOnlyDictionary<string, string> settings) =>
        settings.TryGetValue(AgentSettings.Tools, out var value) ? Split(value) : AgentTools.Default;

    /// <summary>Tools of the default list that reach beyond the files at hand: they ask first, where there is somebody to ask.</summary>
    private static readonly string[] s_asking = ["Bash", "WebFetch"];

    /// <summary>The rules for calls that need nobody's leave. A list of the user's own says it all; of the default one, what runs commands or leaves the machine asks.</summary>
    public static IReadOnlyList<string> WithoutAsking(IReadOnlyList<string> rules, IReadOnlyDictionary<string, string> settings) =>
        settings.ContainsKey(AgentSettings.Tools) ? rules : [.. rules.Where(rule => !s_asking.Contains(rule))];

    /// <summary>The names alone, each once: <c>Bash(git diff *)</c> is <c>Bash</c>.</summary>
    public static IReadOnlyList<string> Names(IEnumerable<string> rules) =>
        [.. rules.Select(rule => rule.Split('(', 2)[0].Trim()).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal)];

    /// <summary>The first rule that allows a tool for some calls only, such as <c>Bash(git diff *)</c>; null when there is none.</summary>
    public static string? Conditional(string tools) => Split(tools).FirstOrDefault(rule => rule.Contains('(', StringComparison.Ordinal));

    // A comma within parentheses belongs to the rule.
    private static List<string> Split(string value)
    {
        var rules = new List<string>();
        int start = 0, depth = 0;
        for (var at = 0; at <= value.Length; at++)
        {
            var c = at < value.Length ? value[at] : ',';
            if (c == '(') depth++;
            else if (c == ')') depth--;
            if (at < value.Length && (c != ',' || depth > 0)) continue;
            var rule = value[start..at].Trim();
            if (rule.Length > 0) rules.Add(rule);
            start = at + 1;
        }

        return rules;
    }
}
