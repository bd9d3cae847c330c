using Awoc.Cli.CommandLine;

namespace Awoc.Cli.Verbs;

internal static class Paths
{
    /// <summary>The directory that was named, or the one the program was called in.</summary>
    public static string Absolute(string? directory)
    {
        try
        {
            return string.IsNullOrEmpty(directory) ? Environment.CurrentDirectory : Path.GetFullPath(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException("The directory this was called in does not exist any more. Change to another, or name one with --cwd.");
        }
        catch (ArgumentException)
        {
            throw new UsageException($"--cwd '{directory}' is no path.");
        }
    }
}
