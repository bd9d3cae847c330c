using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Awoc.Core.Agents;

namespace Awoc.Engine.Pool;

/// <summary>
/// What an agent would read if it started now, as a hash: taken when a spare starts and again when it is claimed. Bounded in size and time, for
/// it is waited for between a launch and its start.
/// </summary>
internal static class StartSnapshot
{
    private const int MostEntries = 2000;
    private const int LongestFile = 1 << 20;

    /// <summary>Null where it cannot be told within bounds: such a launch is not made ahead.</summary>
    public static async Task<string?> TakeAsync(
        WarmUp warmUp, string cwd, IReadOnlyDictionary<string, string> variables, TimeProvider time, CancellationToken cancellation)
    {
        var git = warmUp.ReadsGit ? GitState.ReadAsync(cwd, variables, cancellation) : Task.FromResult<string?>("");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var entries = 0;
        foreach (var path in warmUp.Reads)
        {
            if (!Add(hash, path, ref entries))
            {
                _ = await git;
                return null;
            }
        }

        if (warmUp.ReadsDate) Add(hash, Today(variables, time));
        if (await git is not { } state) return null;
        Add(hash, state);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static bool Add(IncrementalHash hash, string path, ref int entries)
    {
        Add(hash, path);
        try
        {
            if (Directory.Exists(path))
            {
                return AddTree(hash, path, ref entries);
            }

            var file = new FileInfo(path);
            if (!file.Exists)
            {
                Add(hash, "absent");
                return true;
            }

            if (++entries > MostEntries || file.Length > LongestFile) return false;
            hash.AppendData(File.ReadAllBytes(path));
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            Add(hash, closed.GetType().Name);
        }

        return true;
    }

    /// <summary>
    /// All below a folder, by name, size and time. What a link leads to counts with it, each folder once: it may lead back. One that cannot be
    /// read is told by that, and keeps nothing else from being looked at.
    /// </summary>
    private static bool AddTree(IncrementalHash hash, string root, ref int entries)
    {
        Stack<string> open = new([root]);
        HashSet<string> linked = new(StringComparer.Ordinal);
        List<FileSystemInfo> inside = [];
        while (open.TryPop(out var directory))
        {
            inside.Clear();
            try
            {
                foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
                {
                    if (++entries > MostEntries) return false;
                    inside.Add(entry);
                }
            }
            catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
            {
                Add(hash, closed.GetType().Name);
            }

            foreach (var entry in inside.OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                Add(hash, Look(entry));
                if (entry.LinkTarget is { } link)
                {
                    var target = TargetOf(entry);
                    Add(hash, $"{link} {(target is null ? "" : Look(target))}");
                    if (target is DirectoryInfo && linked.Add(target.FullName)) open.Push(target.FullName);
                }
                else if (entry is DirectoryInfo)
                {
                    open.Push(entry.FullName);
                }
            }
        }

        return true;
    }

    /// <summary>Null for a link to nothing, and to itself.</summary>
    private static FileSystemInfo? TargetOf(FileSystemInfo link)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true } target ? target : null;
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Look(FileSystemInfo entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{entry.FullName} {(entry is FileInfo { Exists: true } file ? file.Length : 0)} {entry.LastWriteTimeUtc.Ticks}");

    /// <summary>Where the agent is, midnight may be at another time than here.</summary>
    private static string Today(IReadOnlyDictionary<string, string> variables, TimeProvider time)
    {
        var zone = time.LocalTimeZone;
        if (variables.GetValueOrDefault("TZ") is { Length: > 0 } name && TimeZoneInfo.TryFindSystemTimeZoneById(name.TrimStart(':'), out var own)) zone = own;
        return TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private static void Add(IncrementalHash hash, string text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        hash.AppendData([0]);
    }
}
