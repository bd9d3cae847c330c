namespace Awoc.Rehearsal.Planner;

/// <summary>What kind of report a task type asks for, and what is worth counting for it.</summary>
internal enum TaskFamily
{
    Custom,
    Research,
    Analysis,
    Testing,
    Documentation,
}

internal static class TaskFamilies
{
    public static TaskFamily Of(string type)
    {
        if (Has("research") || Has("competitive")) return TaskFamily.Research;
        if (Has("test") || Has("qa")) return TaskFamily.Testing;
        if (Has("doc") || Has("guide") || Has("writing")) return TaskFamily.Documentation;
        return Has("analysis") || Has("review") || Has("security") || Has("performance") ? TaskFamily.Analysis : TaskFamily.Custom;

        bool Has(string word) => type.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Headings for a prompt that names none.</summary>
    public static IReadOnlyList<string> DefaultSections(TaskFamily family) => family switch
    {
        TaskFamily.Research => ["Executive Summary", "Key Findings", "Detailed Analysis", "Sources and References", "Recommendations"],
        TaskFamily.Analysis => ["Summary of Findings", "Detailed Analysis by Category", "Risk Assessment", "Priority Recommendations", "Implementation Considerations"],
        TaskFamily.Testing => ["Test Plan Summary", "Test Cases and Scenarios", "Implementation Code", "Execution Results", "Issue Summary and Recommendations"],
        TaskFamily.Documentation => ["Document Overview", "Detailed Content Sections", "Code Examples and Snippets", "Usage Instructions", "FAQ and Troubleshooting"],
        TaskFamily.Custom => ["Summary", "Findings", "Next Steps"],
    };

    /// <summary>A pattern whose matches say something to this type, and what they are; null when nothing does.</summary>
    public static (string Pattern, string Label)? Pattern(string type, TaskFamily family)
    {
        if (type.Contains("security", StringComparison.OrdinalIgnoreCase))
            return (@"password|secret|api_?key|eval\(|exec\(", "lines with words that a security review looks for (password, secret, API key, eval, exec)");
        if (type.Contains("performance", StringComparison.OrdinalIgnoreCase))
            return (@"sleep\(|while ?\(|for ?\(|SELECT ", "lines with loops, sleeps or queries");
        if (type.Contains("api", StringComparison.OrdinalIgnoreCase) && family == TaskFamily.Documentation)
            return (@"Map(Get|Post|Put|Delete)\(|app\.(get|post|put|delete)\(|@(app|router)\.|@(Get|Post)Mapping", "route definitions");
        return family switch
        {
            TaskFamily.Testing => (@"\[(Fact|Theory)|@Test\b|def test_|\b(it|test)\(|func Test|#\[test\]", "test functions"),
            TaskFamily.Documentation => (@"^#{1,3} ", "lines that look like Markdown headings"),
            TaskFamily.Analysis => (@"\b(class|record|struct|interface|def|func|fn|function) ", "lines with declarations"),
            TaskFamily.Research or TaskFamily.Custom => null,
        };
    }
}
