using System.Security.Cryptography;
using System.Text;
using Awoc.Engine.Homes;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Contexts;

/// <summary>
/// Shared contexts as files that agents read at their start, each under the hash of what it says: tasks that share one name the same file, so
/// that a warm agent made for one of them serves the next.
/// </summary>
internal static class SharedTexts
{
    /// <summary>Read at a start alone: what nobody asked for in a week is not needed.</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(7);

    /// <summary>Where a text is kept, absolute; touches no file.</summary>
    public static string PathOf(AwocPaths paths, string text) => PathOf(paths, Encoding.UTF8.GetBytes(text));

    /// <summary>Sees to it that a text is kept, and returns where.</summary>
    public static string Keep(EnginePorts ports, string text)
    {
        var directory = Directory.CreateDirectory(ports.Paths.SharedTexts).FullName;
        var now = ports.Time.GetUtcNow().UtcDateTime;
        var bytes = Encoding.UTF8.GetBytes(text);
        var path = PathOf(ports.Paths, bytes);
        if (new FileInfo(path) is { Exists: true } kept && kept.Length == bytes.Length)
        {
            File.SetLastWriteTimeUtc(path, now);
            return path;
        }

        foreach (var old in new DirectoryInfo(directory).EnumerateFiles().Where(f => now - f.LastWriteTimeUtc > s_kept)) old.Delete();
        var draft = $"{path}.{Guid.NewGuid():n}.tmp";
        File.WriteAllBytes(draft, bytes);
        File.Move(draft, path, overwrite: true);
        return path;
    }

    private static string PathOf(AwocPaths paths, byte[] text) => Path.Combine(paths.SharedTexts, $"{Convert.ToHexStringLower(SHA256.HashData(text))}.md");
}
