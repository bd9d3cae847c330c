using System.IO.Enumeration;

namespace Awoc.AgentHost.Tools;

/// <summary>Walks a tree for the search tools, within bounds.</summary>
internal static class FileWalk
{
    /// <summary>Files looked at in one search.</summary>
    public const int MaxFiles = 100_000;

    private static readonly HashSet<string> s_passedOver = new(StringComparer.Ordinal)
    {
        ".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".cache",
    };

    /// <summary>
    /// Regular files under the root with their paths relative to it, at most <see cref="MaxFiles"/>. Links to directories are
    /// not followed (a cycle has no end), version control and package stores are passed over unless they are the root itself.
    /// </summary>
    public static IEnumerable<(string Path, string Relative)> Files(string root, CancellationToken cancellation)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 };
        var files = new FileSystemEnumerable<string>(root, (ref FileSystemEntry entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                !s_passedOver.Contains(entry.FileName.ToString()) && (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        };
        var seen = 0;
        foreach (var path in files)
        {
            cancellation.ThrowIfCancellationRequested();
            if (++seen > MaxFiles) yield break;
            yield return (path, Path.GetRelativePath(root, path));
        }
    }
}
