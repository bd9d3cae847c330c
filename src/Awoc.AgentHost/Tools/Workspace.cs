namespace Awoc.AgentHost.Tools;

/// <summary>The directory the agent works in.</summary>
internal sealed class Workspace(string root)
{
    public string Root => root;

    /// <summary>A path as the model wrote it, made absolute.</summary>
    public string Resolve(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal)) throw new ToolFault("the path contains a NUL character");
        if (path.StartsWith("~/", StringComparison.Ordinal) && Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home)
            path = Path.Combine(home, path[2..]);
        return Path.GetFullPath(path, root);
    }

    /// <summary>Runs a tool's file work and turns what the system refuses into words for the model.</summary>
    public static async Task<ToolOutcome> GuardAsync(Func<Task<ToolOutcome>> work)
    {
        try
        {
            return await work();
        }
        catch (ToolFault fault)
        {
            return ToolOutcome.Error(fault.Message);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return ToolOutcome.Error(fault.Message);
        }
    }

    /// <summary>A device or a pipe could hold a reader for ever.</summary>
    public static void RequireRegularFile(string path)
    {
        if (Directory.Exists(path)) throw new ToolFault($"{path} is a directory: list it with Glob or Bash");
        if (!File.Exists(path)) throw new ToolFault($"{path} does not exist");
        if (!Native.IsRegularFile(path)) throw new ToolFault($"{path} is not a regular file");
    }
}
