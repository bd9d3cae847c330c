using System.Text;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Prompts.Catalog;

namespace Awoc.Engine.Endings;

/// <summary>Which of the sections that a task's type asks for a text does not have yet.</summary>
public static class MissingSections
{
    /// <summary>What agents write in a skeleton where the section is to come.</summary>
    private static readonly HashSet<string> s_placeholders = new(StringComparer.Ordinal)
    {
        "todo", "tbd", "tba", "tobewritten", "tobefilled", "tobefilledin", "tobecompleted", "tobedone", "tobeadded", "pending", "inprogress", "placeholder",
        "comingsoon", "notyetwritten",
    };

    /// <summary>All of them for no text at all; none for a type that leaves the sections to the task.</summary>
    public static IReadOnlyList<string> In(TaskSpec spec, string? text)
    {
        var sections = TaskTypeCatalog.Of(spec).Method.Sections;
        if (sections.IsDefaultOrEmpty) return [];
        if (OutputFormats.Of(spec.Output) == OutputFormat.Json)
            return [.. sections.Where(section => text?.Contains($"\"{section.Key}\"", StringComparison.Ordinal) != true).Select(section => section.Name)];

        var names = sections.Select(section => Bare(section.Name)).ToHashSet(StringComparer.Ordinal);
        var present = Present(text ?? "", names);
        return [.. sections.Where(section => !present.Contains(Bare(section.Name))).Select(section => section.Name)];
    }

    /// <summary>
    /// The sections that have a heading (<c>## 2. Key Findings:</c>, <c>**Key Findings**</c>, <c>Key Findings</c>) and something below it:
    /// a skeleton, and a heading that ends a cut text, hold nothing.
    /// </summary>
    private static HashSet<string> Present(string text, HashSet<string> names)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        string? begun = null;
        foreach (var line in text.Split('\n'))
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            var bare = Bare(line);
            if (names.Contains(bare)) begun = bare;
            else if (begun is not null && !s_placeholders.Contains(bare)) present.Add(begun);
        }

        return present;
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
