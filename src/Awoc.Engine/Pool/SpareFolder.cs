using System.Runtime.InteropServices;
using Awoc.Engine.Homes;

namespace Awoc.Engine.Pool;

/// <summary>A spare's directory: it is made as an attempt's, becomes one by its name alone, and is put away by its name when it was none.</summary>
internal static partial class SpareFolder
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int CloseOnExec = 0x80000;

    public static void Create(AwocPaths paths, AttemptFolder spare)
    {
        foreach (var directory in (string[])[paths.Pool, spare.Path]) Directory.CreateDirectory(directory, Private);
    }

    /// <summary>
    /// Gives the attempt the spare's directory: what was made for the attempt goes into it, then it takes the attempt's name. Its shim holds it
    /// open and notices nothing. Durable when it returns; whatever happens on the way, either the attempt has no claim, or it has the spare's.
    /// </summary>
    /// <exception cref="IOException">It was not done.</exception>
    public static void Become(AttemptFolder spare, AttemptFolder attempt)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(attempt.Path).ToList()) Rename(entry, Path.Combine(spare.Path, Path.GetFileName(entry)));

        // Onto an empty directory: there is no moment without one.
        Rename(spare.Path, attempt.Path);
        Sync(Path.GetDirectoryName(attempt.Path)!);
        Sync(Path.GetDirectoryName(spare.Path)!);
    }

    /// <summary>Makes room where a spare's directory had become an attempt's that never began.</summary>
    public static void PutAside(AwocPaths paths, AttemptFolder attempt)
    {
        Directory.CreateDirectory(paths.Pool, Private);
        var aside = Path.Combine(paths.Pool, $"aside-{Guid.NewGuid():n}");
        Rename(attempt.Path, aside);
        Sync(Path.GetDirectoryName(attempt.Path)!);
        Delete(aside);
    }

    public static void Delete(string path)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
        catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
        {
            // The next daemon's sweep takes it.
        }
    }

    /// <summary>The directories that lie in the pool.</summary>
    public static IReadOnlyList<string> All(AwocPaths paths) => Directory.Exists(paths.Pool) ? [.. Directory.EnumerateDirectories(paths.Pool)] : [];

    private static void Rename(string from, string to)
    {
        if (Move(from, to) != 0) throw new IOException($"{from} cannot become {to}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static void Sync(string directory)
    {
        var descriptor = Open(directory, CloseOnExec);
        if (descriptor < 0) throw new IOException($"Cannot open the directory {directory}: {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            if (Flush(descriptor) != 0) throw new IOException($"Cannot sync the directory {directory}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Move(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
