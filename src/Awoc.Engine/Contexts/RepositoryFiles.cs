using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Awoc.Engine.Contexts;

/// <summary>
/// The files of a repository that may be spoken of: what git tracks, or, where there is no repository, what lies in the directory. What looks
/// like a secret, is binary or was made by a build is left out.
/// </summary>
/// <param name="Root">Absolute path.</param>
/// <param name="Paths">Relative to the root, with <c>/</c>, in ordinal order.</param>
/// <param name="Fingerprint">Of their names, sizes and times, and of what git has in its index: no file is read for it.</param>
/// <param name="IsTracked">Git knows them.</param>
public sealed record RepositoryFiles(string Root, ImmutableArray<string> Paths, string Fingerprint, bool IsTracked)
{
    private const int MostFiles = 50_000;
    private const int DeepestFolder = 12;

    private static readonly string[] s_made =
        ["node_modules", "bin", "obj", "dist", "build", "out", "target", "vendor", "coverage", "__pycache__", "venv", "TestResults"];

    /// <summary>The root of the repository that a directory is in; the directory itself where it is in none.</summary>
    public static async Task<string> RootOfAsync(string directory, CancellationToken cancellation) =>
        await Git.AskAsync(directory, cancellation, "rev-parse", "--show-toplevel") is { } told ? told.TrimEnd('\n') : Path.TrimEndingDirectorySeparator(directory);

    public static async Task<RepositoryFiles> ListAsync(string directory, CancellationToken cancellation)
    {
        var root = await RootOfAsync(directory, cancellation);
        return await Git.AskAsync(root, cancellation, "ls-files", "-z", "--stage") is { } index ? Tracked(root, index, cancellation) : Walked(root, cancellation);
    }

    /// <summary>
    /// Not by <c>git status</c>, which runs filters that the repository's own configuration names, and goes into its submodules: the index as it
    /// is, and each file's size and time.
    /// </summary>
    /// <param name="index">As <c>ls-files --stage</c> prints it: <c>100644 e69de29… 0\tsrc/a.cs</c>, each ended by a NUL.</param>
    private static RepositoryFiles Tracked(string root, string index, CancellationToken cancellation)
    {
        const string Submodule = "160000 ";
        var paths = Chosen(index.Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Where(entry => !entry.StartsWith(Submodule, StringComparison.Ordinal))
            .Select(entry => entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..]));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{index}\0"));
        foreach (var path in Until(paths, cancellation)) hash.AppendData(Encoding.UTF8.GetBytes($"{StampOf(Path.Combine(root, path))}\0"));
        return new RepositoryFiles(root, paths, Convert.ToHexStringLower(hash.GetHashAndReset())[..32], IsTracked: true);
    }

    private static RepositoryFiles Walked(string root, CancellationToken cancellation)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = DeepestFolder,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden | FileAttributes.Device,
        };
        var found = Directory.EnumerateFiles(root, "*", options).Select(path => Path.GetRelativePath(root, path)).Where(path => !IsMade(path)).Take(MostFiles);
        var paths = Chosen(Until(found, cancellation));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Until(paths, cancellation)) hash.AppendData(Encoding.UTF8.GetBytes($"{path}\0{StampOf(Path.Combine(root, path))}\0"));
        return new RepositoryFiles(root, paths, Convert.ToHexStringLower(hash.GetHashAndReset())[..32], IsTracked: false);
    }

    /// <summary>A folder on a network may take long for each file.</summary>
    private static IEnumerable<string> Until(IEnumerable<string> paths, CancellationToken cancellation) => paths.Select(path =>
    {
        cancellation.ThrowIfCancellationRequested();
        return path;
    });

    private static ImmutableArray<string> Chosen(IEnumerable<string> paths) =>
        [.. paths.Where(path => !FileKinds.IsSecret(path) && !FileKinds.IsBinary(path)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostFiles)];

    private static bool IsMade(string path) => path.Split('/') is var parts && parts[..^1].Any(part => part.StartsWith('.') || s_made.Contains(part));

    private static string StampOf(string path) =>
        new FileInfo(path) is { Exists: true } file ? string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}") : "gone";
}
