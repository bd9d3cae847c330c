namespace Awoc.Runners.Claude;

/// <summary>Where the CLI keeps its conversations: <c>projects/DIRECTORY/SESSION.jsonl</c> below its configuration directory.</summary>
internal static class ClaudeTranscripts
{
    public static bool Has(string session, IReadOnlyDictionary<string, string> variables)
    {
        var root = variables.Value("CLAUDE_CONFIG_DIR") ?? (variables.Value("HOME") is { } home ? Path.Combine(home, ".claude") : null);
        if (root is null || session != Path.GetFileName(session) || session.Length == 0) return false;
        try
        {
            // The directory's name is made from the working directory in a way that is the CLI's own business: all are looked at.
            var projects = new DirectoryInfo(Path.Combine(root, "projects"));
            return projects.Exists && projects.EnumerateDirectories().Any(project => File.Exists(Path.Combine(project.FullName, $"{session}.jsonl")));
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
