using System.Text;
using Awoc.Core.Catalog;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Endings;

/// <summary>Which of the sections that a task's type asks for a text does not have yet.</summary>
public static class MissingSections
{
    /// <summary>All of them for no text at all; none for a type that leaves the sections to the task.</summary>
    public static IReadOnlyList<string> In(TaskSpec spec, string? text)
    {
        var sections = (TaskTypes.Find(spec.Type) ?? TaskTypes.Custom).Method.Sections;
        if (sections.IsDefaultOrEmpty) return [];
        var json = OutputFormats.Of(spec.Output) == OutputFormat.Json;
        var headings = string.IsNullOrEmpty(text) ? [] : Headings(text).ToList();
        return [.. sections.Where(section => json ? !HasKey(text, section) : !headings.Contains(Bare(section.Name))).Select(section => section.Name)];
    }

    private static bool HasKey(string? text, OutputSection section) =>
        text?.Contains($"\"{section.Key}\"", StringComparison.Ordinal) == true;

    /// <summary>
    /// Lines that could be a heading, bare of marks and numbers: <c>## 2. Key Findings:</c>, <c>**Key Findings**</c>, <c>Key Findings</c>. A
    /// heading that ends the text was begun, and nothing of its section came.
    /// </summary>
    private static IEnumerable<string> Headings(string text)
    {
        string? begun = null;
        foreach (var line in text.Split('\n'))
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (begun is not null) yield return begun;
            begun = Bare(line);
        }
    }

    private static string Bare(string line)
    {
        var bare = new StringBuilder(line.Length);
        foreach (var c in line)
        {
            if (char.IsLetter(c)) bare.Append(char.ToLowerInvariant(c));
        }

        return bare.ToString();
    }
}
