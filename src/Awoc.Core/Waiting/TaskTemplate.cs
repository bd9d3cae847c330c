using System.Text;

namespace Awoc.Core.Waiting;

/// <summary>What of a task that was waited for is meant.</summary>
public enum ReferenceForm
{
    /// <summary>The path of its result.</summary>
    Output,

    /// <summary>Its agent's closing words.</summary>
    Summary,

    /// <summary>The text of its result.</summary>
    Result,

    /// <summary>A value in its result, which is JSON.</summary>
    Json,
}

/// <summary>One <c>${tasks.NAME.FORM}</c>.</summary>
/// <param name="Text">As it stands in the description.</param>
/// <param name="Name">A word that <c>--after</c> was given.</param>
/// <param name="Path">Of <see cref="ReferenceForm.Json"/>: the fields from the root, an array's element by its number from 0.</param>
public sealed record TaskReference(string Text, string Name, ReferenceForm Form, IReadOnlyList<string> Path);

/// <summary>What is wrong with one.</summary>
public sealed record TemplateFault(string Text, string Allowed);

/// <summary>
/// A description with <c>${tasks.NAME.output}</c>, <c>.summary</c>, <c>.result</c> or <c>.json.FIELD.SUB</c> in it. <c>$${tasks.</c> stands for
/// those very characters; any other text is left as it is, a shell's own <c>${…}</c> included.
/// </summary>
/// <param name="Parts">Texts (<c>string</c>) and <see cref="TaskReference"/>s in their order.</param>
public sealed record TaskTemplate(IReadOnlyList<object> Parts, IReadOnlyList<TemplateFault> Faults)
{
    private const string Open = "${tasks.";
    private const int LongestShown = 80;
    private const string Forms = "output, summary, result or json.FIELD";

    public static bool IsIn(string text) => text.Contains(Open, StringComparison.Ordinal);

    public IEnumerable<TaskReference> References => Parts.OfType<TaskReference>();

    /// <param name="names">The words that may stand for tasks.</param>
    public static TaskTemplate Parse(string text, IReadOnlyCollection<string> names)
    {
        if (!IsIn(text)) return new TaskTemplate([text], []);
        List<object> parts = [];
        List<TemplateFault> faults = [];
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var open = text.IndexOf(Open, at, StringComparison.Ordinal);
            if (open < 0)
            {
                plain.Append(text, at, text.Length - at);
                break;
            }

            if (open > at && text[open - 1] == '$')
            {
                plain.Append(text, at, open - 1 - at).Append(Open);
                at = open + Open.Length;
                continue;
            }

            plain.Append(text, at, open - at);
            var end = text.AsSpan(open).IndexOfAny('}', '\n');
            if (end < 0 || text[open + end] != '}')
            {
                faults.Add(new TemplateFault(Shown(text[open..Math.Min(text.Length, open + LongestShown)]), "a closing brace: ${tasks.NAME.output}; $${tasks. stands for itself"));
                plain.Append(Open);
                at = open + Open.Length;
                continue;
            }

            var whole = text.Substring(open, end + 1);
            var (reference, fault) = Read(whole, whole[Open.Length..^1], names);
            if (reference is not null)
            {
                if (plain.Length > 0) parts.Add(plain.ToString());
                plain.Clear();
                parts.Add(reference);
            }

            if (fault is not null)
            {
                plain.Append(whole);
                faults.Add(new TemplateFault(Shown(whole), fault));
            }

            at = open + whole.Length;
        }

        if (plain.Length > 0) parts.Add(plain.ToString());
        return new TaskTemplate(parts, faults);
    }

    /// <summary>A name may have dots of its own: the longest that is known counts.</summary>
    private static (TaskReference? Reference, string? Fault) Read(string whole, string inner, IReadOnlyCollection<string> names)
    {
        var name = names.Where(n => inner.StartsWith(n + ".", StringComparison.Ordinal)).MaxBy(n => n.Length);
        if (name is null)
        {
            return (null, names.Count == 0
                ? $"a task that this one waits for: name it with --after; or $${{tasks. for these very characters"
                : $"one of the tasks that this one waits for ({string.Join(", ", names.Take(8))}{(names.Count > 8 ? ", …" : "")}), with .{Forms}");
        }

        string[] parts = inner[(name.Length + 1)..].Split('.');
        return parts switch
        {
            ["output"] => (new TaskReference(whole, name, ReferenceForm.Output, []), null),
            ["summary"] => (new TaskReference(whole, name, ReferenceForm.Summary, []), null),
            ["result"] => (new TaskReference(whole, name, ReferenceForm.Result, []), null),
            ["json", .. { Length: > 0 } path] when path.All(p => p.Length > 0) => (new TaskReference(whole, name, ReferenceForm.Json, path), null),
            _ => (null, $"{Forms} after the name"),
        };
    }

    private static string Shown(string text) => text.Length > LongestShown ? text[..LongestShown] + "…" : text;
}
