using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Awoc.Core.Catalog;
using Awoc.Engine.Homes;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Contexts;

/// <summary>
/// Contexts prepared by <c>awoc cache warm</c>, below <c>cache/contexts</c>. One that is there is never used stale: each use
/// looks whether the repository is what it was (tasks that start together share one look), and makes the context again where it is not.
/// </summary>
public sealed class PreparedContexts(AwocPaths paths, TimeProvider time)
{
    /// <summary>A launch is not to wait for longer: a map that takes more is left out.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Making one reads every source file of a repository: one at a time is enough.</summary>
    private static readonly SemaphoreSlim s_one = new(1, 1);

    private readonly RepositoryLooks _looks = new(time, s_patience);

    /// <summary>Makes the contexts of several types in a directory; one that has not changed is left as it is.</summary>
    public async Task<IReadOnlyList<PreparedContext>> PrepareAsync(
        IReadOnlyList<TaskType> types, string directory, ContextSettings settings, CancellationToken cancellation)
    {
        await s_one.WaitAsync(cancellation);
        try
        {
            var files = await RepositoryFiles.ListAsync(directory, cancellation);
            Lazy<Task<RepositoryMap>> map = new(() => RepositoryMap.MakeAsync(files, settings.MapTokens, cancellation));
            List<PreparedContext> made = [];
            foreach (var type in types)
            {
                var before = Read(FileOf(type.Name, files.Root));
                made.Add(before is not null && before.Fingerprint == FingerprintOf(files, settings, type) ? before : Save(type, files, await map.Value, settings, before));
            }

            return made;
        }
        finally
        {
            s_one.Release();
        }
    }

    /// <summary>A type's context in a directory as the repository is now, or was within <see cref="RepositoryLooks.Good"/>; null where none was prepared, or where it would take too long.</summary>
    public async Task<PreparedContext?> FreshAsync(string type, string directory, ContextSettings settings, CancellationToken cancellation)
    {
        // No program is started to find out that there is none.
        if (Nearest(type, directory) is not { } prepared) return null;
        using var limit = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            if (await _looks.AtAsync(prepared.Root, either.Token) is not { } files) return null;
            var known = new TaskType(prepared.Type, FamilyOf(prepared), "", new TaskMethod("", [], []));
            if (prepared.Fingerprint == FingerprintOf(files, settings, known)) return prepared;
            await s_one.WaitAsync(either.Token);
            try
            {
                return Save(known, files, await RepositoryMap.MakeAsync(files, settings.MapTokens, either.Token), settings, prepared);
            }
            finally
            {
                s_one.Release();
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            // A full disk, a repository that is gone: the task starts without the map.
            return null;
        }
    }

    /// <summary>All there are, by directory and type.</summary>
    public IReadOnlyList<PreparedContext> All() => Directory.Exists(paths.PreparedContexts)
        ? [.. Directory.EnumerateFiles(paths.PreparedContexts, "*.json").Select(Read).OfType<PreparedContext>().OrderBy(c => c.Root, StringComparer.Ordinal).ThenBy(c => c.Type, StringComparer.Ordinal)]
        : [];

    /// <summary>Whether the repository is what it was when the context was made.</summary>
    public static async Task<bool> IsFreshAsync(PreparedContext context, ContextSettings settings, CancellationToken cancellation) =>
        Directory.Exists(context.Root)
        && context.Fingerprint == FingerprintOf(
            await RepositoryFiles.ListAsync(context.Root, cancellation), settings, new TaskType(context.Type, FamilyOf(context), "", new TaskMethod("", [], [])));

    /// <summary>Takes contexts away; returns which.</summary>
    public IReadOnlyList<PreparedContext> Clear(Func<PreparedContext, bool> which)
    {
        List<PreparedContext> gone = [.. All().Where(which)];
        foreach (var context in gone) File.Delete(FileOf(context.Type, context.Root));
        return gone;
    }

    /// <summary>The type's context of the directory or of the nearest one above it, up to the root of its repository.</summary>
    private PreparedContext? Nearest(string type, string directory)
    {
        if (!Directory.Exists(paths.PreparedContexts)) return null;
        for (string? at = Path.TrimEndingDirectorySeparator(directory); at is not null; at = Path.GetDirectoryName(at))
        {
            if (Read(FileOf(type, at)) is { } prepared) return prepared;
            if (Path.Exists(Path.Combine(at, ".git"))) return null;
        }

        return null;
    }

    private PreparedContext Save(TaskType type, RepositoryFiles files, RepositoryMap map, ContextSettings settings, PreparedContext? before)
    {
        var text = Prompts.SharedText.OfMap(files.Root, map.Text);
        var primer = Primer.Of(type.Family, files);
        var sha = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{text}\0{primer}")));
        var context = new PreparedContext
        {
            Type = type.Name,
            Root = files.Root,
            Fingerprint = FingerprintOf(files, settings, type),
            Text = text,
            Primer = primer,
            Sha = sha,
            Tokens = (Encoding.UTF8.GetByteCount(text) + Encoding.UTF8.GetByteCount(primer ?? "") + 3) / 4,
            Files = files.Paths.Length,
            Symbols = map.Symbols,
            BuiltAt = before?.Sha == sha ? before.BuiltAt : time.GetUtcNow(),
        };
        Directory.CreateDirectory(paths.PreparedContexts, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DurableFile.WriteText(FileOf(type.Name, files.Root), JsonSerializer.Serialize(context, PreparedJson.Default.PreparedContext));
        return context;
    }

    private string FileOf(string type, string root) =>
        Path.Combine(paths.PreparedContexts, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{root}\0{type}")))[..24]}.json");

    private static string FingerprintOf(RepositoryFiles files, ContextSettings settings, TaskType type) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{RepositoryMap.Version}/{settings.MapTokens}/{type.Family}/{files.Fingerprint}");

    // "1/6000/Testing/4f2a…"
    private static TaskFamily FamilyOf(PreparedContext context) =>
        context.Fingerprint.Split('/') is [_, _, var family, _] && Enum.TryParse<TaskFamily>(family, out var known) ? known : TaskFamily.Custom;

    private static PreparedContext? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), PreparedJson.Default.PreparedContext);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            // Half a file, or one of another version, is none.
            return null;
        }
    }
}
