using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Awoc.Engine.Endings;

namespace Awoc.Daemon.Workflows;

/// <summary>
/// SHA-256 over what stands at a path: a file's bytes, or the names and bytes of all files in a directory. What is very large in sum is
/// told by sizes and times of change instead: to read it each time would take longer than the step.
/// </summary>
/// <param name="left">Paths that are left out of directories: what the run itself writes there.</param>
internal sealed class ContentDigest(IReadOnlySet<string> left)
{
    /// <summary>In bytes, of one path.</summary>
    public const long MostRead = 256 * 1024 * 1024;

    private const int MostFiles = 100_000;

    /// <summary>Of a repository, what Git keeps for itself; of a project, AWOC's own.</summary>
    private static readonly HashSet<string> s_apart = new(StringComparer.Ordinal) { ".git" };

    private readonly Dictionary<string, string?> _known = new(StringComparer.Ordinal);

    /// <summary>Null where nothing stands there.</summary>
    /// <exception cref="IOException">It cannot be read; the message names it.</exception>
    public string? Of(string path)
    {
        if (_known.TryGetValue(path, out var known)) return known;
        try
        {
            return _known[path] = Directory.Exists(path) ? OfDirectory(path) : ContentHash.OfFile(path);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException(denied.Message, denied);
        }
    }

    private string OfDirectory(string path)
    {
        List<FileInfo> files = [];
        var open = new Stack<DirectoryInfo>([new DirectoryInfo(path)]);
        var tooMany = false;
        while (open.TryPop(out var directory) && !tooMany)
        {
            foreach (var entry in directory.EnumerateFileSystemInfos())
            {
                // A link is what it says, not what it leads to: it may lead anywhere, and back.
                if (entry is DirectoryInfo inner && entry.LinkTarget is null)
                {
                    if (!s_apart.Contains(entry.Name)) open.Push(inner);
                }
                else if (!left.Contains(entry.FullName))
                {
                    files.Add(new FileInfo(entry.FullName));
                    tooMany = files.Count > MostFiles;
                }

                if (tooMany) break;
            }
        }

        if (tooMany) throw new IOException($"{path} has more than {MostFiles:#,0} files: name those that count");
        files.Sort((a, b) => string.CompareOrdinal(a.FullName, b.FullName));
        var byContent = files.Sum(f => f.LinkTarget is null ? f.Length : 0) <= MostRead;
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            var content = file.LinkTarget is { } target ? $"link {target}"
                : byContent ? ContentHash.OfFile(file.FullName)
                : string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}");
            sha.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(path, file.FullName)}\0{content}\n"));
        }

        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}
