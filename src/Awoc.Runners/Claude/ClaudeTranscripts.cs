namespace Awoc.Runners.Claude;

/// <summary>Where the CLI keeps its conversations: <c>projects/DIRECTORY/SESSION.jsonl</c> below its configuration directory.</summary>
internal static class ClaudeTranscripts
{
    /// <summary>A line of what was said to the agent; its key stands before the message.</summary>
    private const string Prompt = "\"type\":\"user\"";

    /// <summary>Whether the conversation is there with its prompt: one that was cut off before that has nothing to go on with.</summary>
    public static bool Has(string session, IReadOnlyDictionary<string, string> variables)
    {
        var root = variables.Value("CLAUDE_CONFIG_DIR") ?? (variables.Value("HOME") is { } home ? Path.Combine(home, ".claude") : null);
        if (root is null || session != Path.GetFileName(session) || session.Length == 0) return false;
        try
        {
            // The directory's name is made from the working directory in a way that is the CLI's own business: all are looked at.
            var projects = new DirectoryInfo(Path.Combine(root, "projects"));
            return projects.Exists && projects.EnumerateDirectories()
                .Select(project => Path.Combine(project.FullName, $"{session}.jsonl"))
                .Any(file => File.Exists(file) && File.ReadLines(file).Any(line => line.Contains(Prompt, StringComparison.Ordinal)));
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
