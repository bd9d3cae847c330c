using System.Text.Json;
using System.Text.RegularExpressions;

namespace Awoc.Runners.Claude;

/// <summary>What Claude Code reads when it starts, by its settings sources.</summary>
/// <param name="Paths">Files and folders, existing or not.</param>
/// <param name="StartsOthers">They name hooks, plugins or MCP servers, which are run when it starts.</param>
/// <param name="Global">The parts of its global file that are in force whatever the sources are; the rest of it changes with every run.</param>
internal sealed partial record ClaudeStartFiles(IReadOnlyList<string> Paths, bool StartsOthers, string Global)
{
    private const string Managed = "/etc/claude-code";
    private const int DeepestImport = 5;
    private const int MostImports = 64;
    private const int LongestFile = 1 << 20;

    private static readonly JsonDocumentOptions s_lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly char[] s_punctuation = [.. ".,;:!?)]}>'\"`"];
    private static readonly string[] s_folders = ["rules", "agents", "commands", "skills", "output-styles"];
    private static readonly string[] s_starters = ["hooks", "enabledPlugins", "mcpServers", "statusLine"];

    /// <param name="usesLogin">Its own login is used: one that was refreshed or changed is another.</param>
    public static ClaudeStartFiles For(string cwd, IReadOnlyDictionary<string, string> variables, bool userSettings, bool usesLogin)
    {
        var home = variables.Value("HOME");
        var configured = variables.Value("CLAUDE_CONFIG_DIR");
        var config = configured ?? (home is null ? null : Path.Combine(home, ".claude"));
        var global = configured is not null ? Path.Combine(configured, ".claude.json") : home is null ? null : Path.Combine(home, ".claude.json");
        List<string> memories = [Path.Combine(Managed, "CLAUDE.md")];
        List<string> settings = [Path.Combine(Managed, "managed-settings.json"), Path.Combine(Managed, "managed-mcp.json")];
        List<string> folders = [];
        List<string> login = usesLogin && config is not null ? [Path.Combine(config, ".credentials.json")] : [];
        if (userSettings)
        {
            if (config is not null)
            {
                memories.Add(Path.Combine(config, "CLAUDE.md"));
                settings.Add(Path.Combine(config, "settings.json"));
                folders.AddRange(s_folders.Select(name => Path.Combine(config, name)));
            }

            for (var directory = cwd; directory is not null; directory = Path.GetDirectoryName(directory))
            {
                memories.AddRange([Path.Combine(directory, "CLAUDE.md"), Path.Combine(directory, "CLAUDE.local.md"), Path.Combine(directory, ".claude", "CLAUDE.md")]);
                settings.AddRange([Path.Combine(directory, ".claude", "settings.json"), Path.Combine(directory, ".claude", "settings.local.json"), Path.Combine(directory, ".mcp.json")]);
                folders.AddRange(s_folders.Select(name => Path.Combine(directory, ".claude", name)));
            }
        }

        var imported = new List<string>();
        foreach (var memory in memories) AddImports(memory, home, DeepestImport, imported);
        return new ClaudeStartFiles(
            [.. memories, .. imported, .. settings, .. folders, .. login],
            settings.Any(file => Members(file, s_starters).Length > 0) || (userSettings && global is not null && HasServers(global, cwd)),
            global is null ? "" : Members(global, ["env", "mcpServers"]));
    }

    /// <summary>A memory file takes others in: <c>@docs/rules.md</c>, <c>@~/mine.md</c>.</summary>
    private static void AddImports(string memory, string? home, int depth, List<string> found)
    {
        if (depth == 0 || Read(memory) is not { } text) return;
        // Whether a mark of punctuation at its end belongs to the name is the agent's affair: both are looked at.
        foreach (var written in Import().Matches(text).Select(match => match.Groups[1].Value).SelectMany(name => (string[])[name, name.TrimEnd(s_punctuation)]).Distinct())
        {
            if (written.Length == 0) continue;
            var named = written;
            if (named.StartsWith("~/", StringComparison.Ordinal)) named = home is null ? named : Path.Combine(home, named[2..]);
            var path = Path.GetFullPath(named, Path.GetDirectoryName(memory)!);
            if (found.Count >= MostImports || found.Contains(path)) continue;
            found.Add(path);
            AddImports(path, home, depth - 1, found);
        }
    }

    /// <summary>Servers of the user's own, everywhere or in this directory and those above it.</summary>
    private static bool HasServers(string global, string cwd)
    {
        // One that is there and cannot be read, for its size or its mode: what it names cannot be told.
        if (Read(global) is not { } text) return File.Exists(global);
        try
        {
            using var document = JsonDocument.Parse(text, s_lenient);
            if (IsFilled(document.RootElement.Member("mcpServers"))) return true;
            for (var directory = cwd; directory is not null; directory = Path.GetDirectoryName(directory))
            {
                if (IsFilled(document.RootElement.Member("projects")?.Member(directory)?.Member("mcpServers"))) return true;
            }

            return false;
        }
        catch (JsonException)
        {
            // Half written, perhaps: what it names cannot be told.
            return true;
        }

        static bool IsFilled(JsonElement? servers) => servers is { ValueKind: JsonValueKind.Object } named && named.EnumerateObject().Any();
    }

    /// <summary>The members of these names that are not empty, as they stand in the file.</summary>
    private static string Members(string file, string[] names)
    {
        if (Read(file) is not { } text) return "";
        try
        {
            using var document = JsonDocument.Parse(text, s_lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return "";
            return string.Concat(document.RootElement.EnumerateObject()
                .Where(member => names.Contains(member.Name) && !(member.Value.ValueKind == JsonValueKind.Object && !member.Value.EnumerateObject().Any()))
                .Select(member => $"{member.Name}={member.Value.GetRawText()}\n"));
        }
        catch (JsonException)
        {
            // What the agent makes of such a file is not known: its content counts as it is.
            return text;
        }
    }

    private static string? Read(string file)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: <= LongestFile } ? File.ReadAllText(file) : null;
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"(?:^|\s)@(\S+)", RegexOptions.Multiline)]
    private static partial Regex Import();
}
