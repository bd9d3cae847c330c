namespace Awoc.Rehearsal.Planner;

/// <summary>Names for file extensions, as a reader would say them.</summary>
internal static class Languages
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["cs"] = "C#",
        ["fs"] = "F#",
        ["ts"] = "TypeScript",
        ["tsx"] = "TypeScript JSX",
        ["js"] = "JavaScript",
        ["jsx"] = "JavaScript JSX",
        ["py"] = "Python",
        ["go"] = "Go",
        ["rs"] = "Rust",
        ["java"] = "Java",
        ["kt"] = "Kotlin",
        ["rb"] = "Ruby",
        ["php"] = "PHP",
        ["c"] = "C",
        ["h"] = "C headers",
        ["cpp"] = "C++",
        ["cc"] = "C++",
        ["swift"] = "Swift",
        ["sh"] = "shell",
        ["sql"] = "SQL",
        ["md"] = "Markdown",
        ["json"] = "JSON",
        ["yaml"] = "YAML",
        ["yml"] = "YAML",
        ["toml"] = "TOML",
        ["xml"] = "XML",
        ["html"] = "HTML",
        ["css"] = "CSS",
        ["csproj"] = "MSBuild projects",
        ["props"] = "MSBuild properties",
        ["txt"] = "text",
    };

    public static string Name(string extension) => s_names.TryGetValue(extension, out var name) ? name : "." + extension;
}
