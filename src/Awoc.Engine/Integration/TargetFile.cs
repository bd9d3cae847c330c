using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Awoc.Engine.Endings;
using Awoc.Engine.TaskFolders;

namespace Awoc.Engine.Integration;

/// <summary>A file that a result is to be brought into, as it is found.</summary>
/// <param name="Path">Absolute, links followed.</param>
/// <param name="Content">Null when there is no such file yet.</param>
internal sealed partial record TargetFile(string Path, byte[]? Content, FileOwner? Owner)
{
    /// <summary>In bytes: what is longer is no document that somebody writes.</summary>
    public const long Longest = 50L * 1024 * 1024;

    private const int LongestName = 255;
    private const int Write = 2;
    private const int WriteAndSearch = 3;

    public string? Sha { get; } = Content is null ? null : ShaOf(Content);

    public static string ShaOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Whether the file still is what was read.</summary>
    public bool Stands() => ContentHash.OfFile(Path) == Sha;

    /// <summary>Finds the file a path leads to, without reading it.</summary>
    /// <param name="given">As the user wrote it.</param>
    /// <param name="directory">What a relative path is relative to.</param>
    /// <param name="inside">The directory it has to lie in, and links have to stay in; null for leave to go anywhere.</param>
    public static (string? Path, string? Refused) Locate(string given, string directory, string? inside)
    {
        if (given.Length == 0 || given.Contains('\0', StringComparison.Ordinal)) return (null, "the target is to be a file's path");
        var named = System.IO.Path.GetFullPath(given, directory);
        if (LinkedPath.Follow(named) is not { } path) return (null, $"{named}: its symbolic links go in a circle");
        if (inside is not null && !LinkedPath.IsInside(path, LinkedPath.Follow(inside) ?? inside))
        {
            return (null, path == named
                ? $"{named} lies outside the task's directory {inside}: give leave with --allow-outside"
                : $"{named} leads to {path}, outside the task's directory {inside}: give leave with --allow-outside");
        }

        if (given.EndsWith('/')) return (null, $"{named} is a directory: name a file in it");
        return (path, null);
    }

    /// <param name="path">As <see cref="Locate"/> gave it.</param>
    /// <param name="shown">As messages name it.</param>
    public static Found Read(string path, string shown)
    {
        try
        {
            if (Directory.Exists(path)) return new Found(null, $"{shown} is a directory: name a file in it");
            if (RegularFile.IsOther(path)) return new Found(null, $"{shown} is a pipe, a socket or a device: name a file");
            if (System.Text.Encoding.UTF8.GetByteCount(System.IO.Path.GetFileName(path)) > LongestName)
                return new Found(null, $"{shown}: a file's name has at most {LongestName} bytes");
            var parent = System.IO.Path.GetDirectoryName(path) ?? "/";
            if (File.Exists(parent)) return new Found(null, $"{shown} cannot be: {parent} is a file");
            if (!Directory.Exists(parent)) return new Found(null, $"{shown} is to lie in a directory that does not exist; make it with: mkdir -p {LaunchScript.Quote(parent)}");
            if (RegularFile.OwnerOf(parent) is { IsReadOnly: true }) return new Found(null, $"{shown} cannot be written: its directory {parent} is read-only");
            if (Access(parent, WriteAndSearch) != 0) return new Found(null, $"{shown} cannot be written: {parent}: {Marshal.GetLastPInvokeErrorMessage()}");
            if (!RegularFile.Is(path)) return new Found(new TargetFile(path, null, null), null);
            var owner = RegularFile.OwnerOf(path);
            if (owner is { IsReadOnly: true }) return new Found(null, $"{shown} is read-only; if it is to be changed: chmod u+w {LaunchScript.Quote(path)}");
            if (Access(path, Write) != 0) return new Found(null, $"{shown} cannot be written: {Marshal.GetLastPInvokeErrorMessage()}");
            if (new FileInfo(path).Length is > Longest and var length)
                return new Found(null, FormattableString.Invariant($"{shown} has {length / 1024 / 1024} MB: at most {Longest / 1024 / 1024} MB are integrated into"));
            return new Found(new TargetFile(path, File.ReadAllBytes(path), owner), null);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            return new Found(null, $"{shown} cannot be read: {broken.Message}");
        }
    }

    /// <summary>One of the two.</summary>
    public readonly record struct Found(TargetFile? File, string? Refused);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
