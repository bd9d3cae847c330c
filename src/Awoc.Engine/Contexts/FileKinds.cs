using System.Text.RegularExpressions;

namespace Awoc.Engine.Contexts;

/// <summary>What a file is, by its name alone.</summary>
internal static partial class FileKinds
{
    private static readonly HashSet<string> s_binary = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".bmp", ".tiff", ".psd", ".pdf", ".zip", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar",
        ".jar", ".war", ".class", ".exe", ".dll", ".so", ".dylib", ".a", ".o", ".obj", ".lib", ".pdb", ".wasm", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".mp3",
        ".mp4", ".mov", ".avi", ".mkv", ".wav", ".flac", ".ogg", ".db", ".sqlite", ".sqlite3", ".bin", ".dat", ".pack", ".idx", ".pyc", ".nupkg", ".snk", ".onnx",
        ".parquet", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx",
    };

    private static readonly Dictionary<string, string> s_languages = new(StringComparer.OrdinalIgnoreCase)
    {
        [".cs"] = "C#",
        [".fs"] = "F#",
        [".vb"] = "Visual Basic",
        [".py"] = "Python",
        [".js"] = "JavaScript",
        [".mjs"] = "JavaScript",
        [".cjs"] = "JavaScript",
        [".jsx"] = "JavaScript",
        [".ts"] = "TypeScript",
        [".tsx"] = "TypeScript",
        [".go"] = "Go",
        [".rs"] = "Rust",
        [".java"] = "Java",
        [".kt"] = "Kotlin",
        [".scala"] = "Scala",
        [".rb"] = "Ruby",
        [".php"] = "PHP",
        [".c"] = "C",
        [".h"] = "C",
        [".cc"] = "C++",
        [".cpp"] = "C++",
        [".hpp"] = "C++",
        [".swift"] = "Swift",
        [".m"] = "Objective-C",
        [".dart"] = "Dart",
        [".ex"] = "Elixir",
        [".exs"] = "Elixir",
        [".erl"] = "Erlang",
        [".hs"] = "Haskell",
        [".lua"] = "Lua",
        [".pl"] = "Perl",
        [".r"] = "R",
        [".jl"] = "Julia",
        [".sh"] = "Shell",
        [".bash"] = "Shell",
        [".ps1"] = "PowerShell",
        [".sql"] = "SQL",
        [".html"] = "HTML",
        [".css"] = "CSS",
        [".scss"] = "CSS",
        [".vue"] = "Vue",
        [".svelte"] = "Svelte",
        [".md"] = "Markdown",
        [".rst"] = "reStructuredText",
        [".json"] = "JSON",
        [".yaml"] = "YAML",
        [".yml"] = "YAML",
        [".toml"] = "TOML",
        [".xml"] = "XML",
        [".proto"] = "Protocol Buffers",
        [".tf"] = "Terraform",
    };

    private static readonly HashSet<string> s_words = ["Markdown", "reStructuredText", "JSON", "YAML", "TOML", "XML", "HTML", "CSS"];

    public static bool IsBinary(string path) => s_binary.Contains(Path.GetExtension(path));

    /// <summary>It errs on the careful side: a name that is left out costs little, a secret that was sent cannot be taken back.</summary>
    public static bool IsSecret(string path) => SecretName().IsMatch(path);

    /// <summary>Null for what is no language.</summary>
    public static string? Language(string path) => s_languages.GetValueOrDefault(Path.GetExtension(path));

    /// <summary>It has symbols to speak of.</summary>
    public static bool IsCode(string path) => Language(path) is { } language && !s_words.Contains(language);

    public static bool IsTest(string path) => TestName().IsMatch(path);

    public static bool IsDocument(string path) => DocumentName().IsMatch(path);

    /// <summary>It says what the project is made of and depends on.</summary>
    public static bool IsManifest(string path) => ManifestName().IsMatch(path);

    public static bool IsEntryPoint(string path) => EntryName().IsMatch(path);

    [GeneratedRegex(@"(^|/)(\.env(\.[^/]*)?|\.netrc|\.npmrc|\.pypirc|\.htpasswd|\.pgpass|\.git-credentials|id_(rsa|dsa|ecdsa|ed25519)[^/]*|[^/]*(credential|secret|password|passwd)[^/]*|[^/]*\.(pem|key|p12|pfx|jks|keystore|kdbx|asc|gpg|ppk|tfstate|tfvars))$|(^|/)(\.ssh|\.aws|\.gnupg|secrets?)/", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"(^|/)(tests?|specs?|__tests__|testing|e2e)/|(^|/)(test_[^/]*|[^/]*([._-](test|spec|tests)|Tests?|Spec)\.[a-z]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex TestName();

    [GeneratedRegex(@"(^|/)(docs?|documentation|guides?)/|\.(md|rst|adoc|txt)$|(^|/)(README|CHANGELOG|CONTRIBUTING|LICENSE)[^/]*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DocumentName();

    [GeneratedRegex(@"(^|/)(package\.json|pyproject\.toml|requirements[^/]*\.txt|setup\.py|Pipfile|Cargo\.toml|go\.mod|pom\.xml|build\.gradle(\.kts)?|Gemfile|composer\.json|mix\.exs|CMakeLists\.txt|Makefile|justfile|Dockerfile|compose\.ya?ml|docker-compose[^/]*\.ya?ml|Directory\.Packages\.props|global\.json|[^/]*\.(sln|slnx|csproj|fsproj|vbproj|gemspec))$", RegexOptions.CultureInvariant)]
    private static partial Regex ManifestName();

    [GeneratedRegex(@"(^|/)(Program\.(cs|fs)|Startup\.cs|main\.[a-z]+|Main\.[a-z]+|__main__\.py|manage\.py|app\.(py|js|ts|rb)|index\.(js|ts|tsx|jsx|php|html)|server\.(js|ts|py|go)|cli\.(js|ts|py|go)|lib\.rs|mod\.rs)$", RegexOptions.CultureInvariant)]
    private static partial Regex EntryName();
}
