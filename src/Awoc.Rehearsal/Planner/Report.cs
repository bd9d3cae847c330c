namespace Awoc.Rehearsal.Planner;

/// <summary>A report before it takes a format.</summary>
/// <param name="Title">Of the whole.</param>
/// <param name="Task">What it answers.</param>
/// <param name="Sections">In the order asked for.</param>
internal sealed record Report(string Title, TaskPrompt Task, IReadOnlyList<ReportSection> Sections)
{
    /// <summary>Begins every report, however short.</summary>
    public const string Mark = "Rehearsed: this report";

    public const string ShortBanner = Mark + " was written by AWOC's rule-based rehearsal planner, not by a language model.";

    public const string Banner = ShortBanner + " Its facts are what the tools returned; it has no judgement of its own.";

    /// <param name="task">The task.</param>
    /// <param name="survey">What was found.</param>
    /// <param name="lines">Lines for each section; 0 leaves a word in each.</param>
    public static Report Of(TaskPrompt task, Survey survey, int lines)
    {
        var family = TaskFamilies.Of(task.Type);
        var headings = task.Sections.Count > 0 ? task.Sections : TaskFamilies.DefaultSections(family);
        var title = TitleOf(task);
        if (lines == 0) return new Report(title, task, [.. headings.Select(h => new ReportSection(h, ["Not covered: the token budget is too small."]))]);

        var content = new SectionContent(task, family, survey);
        return new Report(title, task, [.. headings.Select(h => new ReportSection(h, [.. content.For(h).Take(lines)]))]);
    }

    private static string TitleOf(TaskPrompt task)
    {
        var words = task.Type.Split(['-', '_', ' '], StringSplitOptions.RemoveEmptyEntries)
            .Select((word, i) => word is "api" or "qa" ? word.ToUpperInvariant() : i == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word);
        var name = string.Join(' ', words);
        var description = task.Description.ReplaceLineEndings(" ").Trim();
        if (description.Length > 80) description = description[..80].TrimEnd() + "…";
        return description.Length == 0 ? name : $"{name}: {description}";
    }
}

/// <param name="Heading">As the prompt has it.</param>
/// <param name="Lines">One statement each.</param>
internal sealed record ReportSection(string Heading, IReadOnlyList<string> Lines);
