using System.Globalization;

namespace Awoc.Rehearsal.Planner;

/// <summary>
/// What a section can truthfully say, by the words of its heading: counts and excerpts from the survey, and rules over them that
/// call themselves rules. What was not looked at is not mentioned as if it had been.
/// </summary>
internal sealed class SectionContent(TaskPrompt task, TaskFamily family, Survey survey)
{
    private const int MaxExcerpt = 100;

    public IEnumerable<string> For(string heading)
    {
        var lines = Choose(heading.ToLowerInvariant()).Where(l => l.Length > 0).ToList();
        return lines.Count > 0 ? lines : ["Nothing was found for this section by the tools that ran."];
    }

    private IEnumerable<string> Choose(string heading)
    {
        bool Has(params string[] words) => words.Any(w => heading.Contains(w, StringComparison.Ordinal));

        if (Has("source", "reference", "bibliograph")) return Sources();
        if (Has("execution result", "test result", "run result")) return NotRun();
        if (Has("risk", "severity", "threat")) return Risks();
        if (Has("recommend", "next step", "action", "priorit")) return Recommendations();
        if (Has("consideration", "limitation", "caveat", "assumption")) return Considerations();
        if (Has("code", "example", "snippet")) return Excerpts();
        if (Has("faq", "troubleshoot", "question")) return Questions();
        if (Has("usage", "instruction", "getting started", "install", "setup")) return Usage();
        if (Has("test case", "scenario", "coverage")) return TestLayout();
        if (Has("issue", "todo", "debt")) return Issues();
        if (Has("summary", "overview", "abstract", "introduction")) return Summary();
        if (Has("finding", "result", "observation")) return Findings();
        return Has("architecture", "structure", "layout", "component") ? Structure() : Details();
    }

    private IEnumerable<string> Summary()
    {
        yield return Size();
        yield return family == TaskFamily.Testing ? Tests() : Topic();
        yield return family == TaskFamily.Research ? "No source from the web was consulted: these are statements about local files alone." : Todos();
        yield return family == TaskFamily.Testing ? Topic() : Tests();
    }

    private IEnumerable<string> Findings()
    {
        yield return LanguagesLine();
        yield return Topic();
        yield return PatternLine();
        yield return Tests();
        yield return Todos();
        yield return LargestLine(3);
        yield return Commits();
    }

    private IEnumerable<string> Details() =>
        [LanguagesLine(), LargestLine(5), Entries(), PatternLine(), TestFolders(), Topic(), Todos(), Readme(), Manifest(), Commits()];

    private IEnumerable<string> Structure() => [Size(), Entries(), Manifests(), TestFolders(), LanguagesLine()];

    private IEnumerable<string> TestLayout()
    {
        yield return Tests();
        yield return TestFolders();
        yield return PatternLine();
        yield return survey.Layout is { Tests: 0 }
            ? "By rule, a first scenario would start each entry point and check that it ends without an error."
            : "";
        foreach (var entry in survey.Layout?.EntryPoints.Take(3) ?? []) yield return $"Scenario to consider: start `{entry}` and check how it ends.";
    }

    private IEnumerable<string> Issues()
    {
        yield return Todos();
        foreach (var todo in survey.Todos?.Take(4) ?? []) yield return $"`{Cut(todo)}`";
        foreach (var line in Recommendations()) yield return line;
    }

    private IEnumerable<string> Risks()
    {
        yield return "By rule, from counts alone; a person has to weigh them.";
        if (survey.Todos is { Count: > 0 }) yield return "Open marks: " + Todos();
        if (survey.Layout is { Tests: 0 }) yield return "No test files were found by their names: changes are not guarded.";
        yield return PatternLine();
        if (survey.Largest is [var biggest, ..]) yield return $"Largest file: `{biggest.Path}` with {N(biggest.Lines)} lines; large files are changed with more risk.";
    }

    private IEnumerable<string> Recommendations()
    {
        if (survey.Todos is { Count: > 0 } todos) yield return $"Go through the TODO and FIXME marks, first `{Place(todos[0])}`.";
        if (survey.Layout is { Tests: 0 }) yield return "Add tests: none were found by name.";
        if (survey.Layout is { Readme: null }) yield return "Add a README: none was found at the top.";
        if (survey.Largest is [var biggest, ..]) yield return $"Look at `{biggest.Path}` ({N(biggest.Lines)} lines) for parts that could stand alone.";
        if (survey.WordFiles is [var first, ..]) yield return $"Begin reading at `{first}`, which mentions the topic.";
        yield return "Run this task again with a language model for anything that needs judgement.";
    }

    private IEnumerable<string> Considerations()
    {
        yield return "These are counts by simple rules: names, line counts and pattern matches.";
        yield return Manifests();
        yield return Entries();
        yield return "Nothing was built, run or changed, and nothing was read from the web.";
    }

    private IEnumerable<string> Sources()
    {
        yield return "No source from the web: the rehearsal planner consults none. Local sources:";
        if (survey.Files is not null) yield return $"The file listing of {Where()}.";
        if (survey.ReadmePath is { } readme) yield return $"`{readme}`";
        if (survey.ManifestPath is { } manifest) yield return $"`{manifest}`";
        foreach (var file in survey.WordFiles?.Take(5) ?? []) yield return $"`{file}` (mentions {WordList("or")})";
        if (survey.Commits is not null) yield return "The git history.";
    }

    private IEnumerable<string> Excerpts()
    {
        yield return "No code was written; these are excerpts of what is there.";
        if (survey.ManifestPath is { } manifest)
            foreach (var line in survey.Manifest.Where(l => l.Trim().Length > 3).Take(3)) yield return $"`{manifest}`: `{Cut(line.Trim())}`";
        if (survey.ReadmePath is { } readme)
            foreach (var line in survey.Readme.Where(l => l.Trim().Length > 3).Take(3)) yield return $"`{readme}`: `{Cut(line.Trim())}`";
        foreach (var todo in survey.Todos?.Take(2) ?? []) yield return $"`{Cut(todo)}`";
        yield return Entries();
    }

    private static IEnumerable<string> NotRun() => ["No test was run: the rehearsal planner reads and counts, it does not execute tests."];

    private IEnumerable<string> Usage()
    {
        yield return Entries();
        yield return Manifests();
        foreach (var line in survey.Readme.Where(LooksLikeCommand).Take(4)) yield return $"From `{survey.ReadmePath}`: `{Cut(line.Trim())}`";
        if (survey.ReadmePath is { } readme) yield return $"`{readme}` is the place to begin.";
    }

    private IEnumerable<string> Questions()
    {
        if (survey.Files is not null) yield return $"How large is it? {Size()}";
        if (survey.Layout is not null) yield return $"Where does it start? {Or(Entries(), "No entry point was found by name.")}";
        if (survey.Layout is not null) yield return $"Is it tested? {Tests()}";
        if (survey.Todos is not null) yield return $"What is open? {Todos()}";
        yield return "Who wrote this? Rules, not a language model.";
    }

    private string Size()
    {
        if (survey.Files is not { } files) return "The files could not be listed with the tools at hand.";
        var least = survey.FilesAtLeast ? "at least " : "";
        var lines = survey.Lines is { } l ? $", {N(l)} lines in {Plural(survey.MeasuredFiles, "file")} measured" : "";
        var main = survey.Extensions is [var first, ..] ? $"; most of them are {Languages.Name(first.Extension)} ({N(first.Files)})" : "";
        return $"{Upper(Where())} holds {least}{Plural(files, survey.FilesNoun)}{lines}{main}.";
    }

    private string LanguagesLine() => survey.Extensions.Count == 0
        ? ""
        : $"Files by type: {string.Join(", ", survey.Extensions.Take(8).Select(e => $"{Languages.Name(e.Extension)} {N(e.Files)}"))}.";

    private string LargestLine(int count) => survey.Largest.Count == 0
        ? ""
        : $"Largest files: {string.Join(", ", survey.Largest.Take(count).Select(f => $"`{f.Path}` ({N(f.Lines)} lines)"))}.";

    private string Tests() => survey.Layout is not { } layout ? ""
        : layout.Tests == 0 ? "No test files were found by their names."
        : $"{Plural(layout.Tests, "test file")} found by name.";

    private string TestFolders() => survey.Layout is not { TestFolders.Count: > 0 } layout
        ? ""
        : $"Test files lie in {string.Join(", ", layout.TestFolders.Select(f => $"`{f.Folder}` ({f.Files})"))}.";

    private string Entries() => survey.Layout is not { EntryPoints.Count: > 0 } layout
        ? ""
        : $"Entry points by name: {string.Join(", ", layout.EntryPoints.Select(e => $"`{e}`"))}.";

    private string Manifests() => survey.Layout is not { TopFiles.Count: > 0 } layout
        ? ""
        : $"At the top lie {string.Join(", ", layout.TopFiles.Select(e => $"`{e}`"))}.";

    private string Todos() => survey.Todos is not { } todos ? ""
        : todos.Count == 0 ? "No TODO or FIXME was found."
        : $"{(survey.TodosAtLeast ? "At least " : "")}{Plural(todos.Count, "line")} with TODO or FIXME in {Plural(todos.Select(t => t.Split(':')[0]).Distinct().Count(), "file")}.";

    private string Topic() => survey.WordFiles is not { } files || survey.Words.Count == 0 ? ""
        : files.Count == 0 ? $"No file mentions {WordList("or")}."
        : $"{(files.Count >= 8 ? "At least " : "")}{Plural(files.Count, "file")} mention{(files.Count == 1 ? "s" : "")} {WordList("or")}: {string.Join(", ", files.Take(4).Select(f => $"`{f}`"))}.";

    private string PatternLine() => survey.PatternMatches is { } n ? $"{N(n)} {survey.PatternLabel} by pattern." : "";

    private string Readme() =>
        survey.Readme.Select(l => l.Trim('#', ' ')).FirstOrDefault(l => l.Length > 2) is { } title ? $"`{survey.ReadmePath}` begins: {Cut(title)}" : "";

    private string Manifest() => survey.ManifestPath is { } path ? $"The manifest is `{path}`." : "";

    private string Commits() => survey.Commits is not { } n ? ""
        : $"{Plural(n, "commit")} in the git history{(survey.LastCommits is [var last, ..] ? $"; the last: {Cut(last)}" : "")}.";

    private string Where() => (survey.Directory ?? task.WorkingDirectory) is { } directory ? $"`{directory}`" : "the working directory";

    private string WordList(string conjunction) => string.Join($" {conjunction} ", survey.Words.Select(w => $"\"{w}\""));

    private static bool LooksLikeCommand(string line) =>
        line.TrimStart() is var t && (t.StartsWith("./", StringComparison.Ordinal) || t.StartsWith("$ ", StringComparison.Ordinal)
            || t.StartsWith("dotnet ", StringComparison.Ordinal) || t.StartsWith("npm ", StringComparison.Ordinal)
            || t.StartsWith("pip ", StringComparison.Ordinal) || t.StartsWith("make", StringComparison.Ordinal));

    private static string Place(string hit) => string.Join(':', hit.Split(':').Take(2));

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    private static string Cut(string text)
    {
        text = text.Replace('`', '\'');
        return text.Length <= MaxExcerpt ? text : text[..MaxExcerpt].TrimEnd() + "…";
    }

    private static string Upper(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Plural(long n, string noun) => n == 1 ? $"1 {noun}" : $"{N(n)} {noun}s";

    private static string N(long n) => n.ToString("#,0", CultureInfo.InvariantCulture);
}
