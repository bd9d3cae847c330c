using System.Runtime.InteropServices;
using Awoc.Engine.Endings;

namespace Awoc.Engine.Shims;

/// <summary>A file that is there whole or not at all, and survives power loss once written.</summary>
internal static partial class DurableFile
{
    public static void Write(string directory, string name, ReadOnlySpan<byte> content)
    {
        var target = Path.Combine(directory, name);
        var draft = Draft(target);
        try
        {
            using (var handle = File.OpenHandle(draft, FileMode.Create, FileAccess.Write))
            {
                RandomAccess.Write(handle, content, 0);
                RandomAccess.FlushToDisk(handle);
            }

            Place(draft, target);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    public static void WriteText(string target, string text) =>
        Write(Path.GetDirectoryName(target) ?? "/", Path.GetFileName(target), System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Copies a file of any size; a file that stood at the target keeps its mode.</summary>
    public static void Copy(string source, string target)
    {
        var draft = Draft(target);
        try
        {
            using (var from = File.OpenRead(source))
            using (var to = new FileStream(draft, FileMode.Create, FileAccess.Write))
            {
                from.CopyTo(to);
                to.Flush(flushToDisk: true);
            }

            if (File.Exists(target)) File.SetUnixFileMode(draft, File.GetUnixFileMode(target));
            Place(draft, target);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>
    /// Puts other bytes in a file's place, with the owner and the mode it had. Right before the rename it is asked whether the file
    /// still is what these bytes were made from: if not, nothing is done.
    /// </summary>
    /// <param name="draft">Where they are written first, in the same directory.</param>
    /// <param name="owner">What it had; null for a new file.</param>
    /// <returns>False when <paramref name="stands"/> said no.</returns>
    /// <exception cref="IOException">It cannot be written, or would change hands.</exception>
    public static bool Replace(string target, string draft, ReadOnlySpan<byte> content, FileOwner? owner, Func<bool> stands)
    {
        try
        {
            // Its name can be guessed: a link that somebody left there is not followed, and nobody reads what the target's own mode keeps from them.
            File.Delete(draft);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
            if (owner is not null) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(draft, options))
            {
                if (owner is not null) Own(draft, owner);
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            if (stands())
            {
                Place(draft, target);
                return true;
            }

            File.Delete(draft);
            return false;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>Deletes a file for good.</summary>
    public static void Remove(string target)
    {
        File.Delete(target);
        SyncDirectory(Path.GetDirectoryName(target) ?? "/");
    }

    private static void Own(string draft, FileOwner owner)
    {
        var mine = RegularFile.OwnerOf(draft);
        if ((mine?.User != owner.User || mine.Group != owner.Group) && ChangeOwner(draft, owner.User, owner.Group) != 0)
            throw new IOException($"it belongs to user {owner.User}, group {owner.Group}, and would change hands: {Marshal.GetLastPInvokeErrorMessage()}");
        File.SetUnixFileMode(draft, owner.Mode);
    }

    /// <summary>Beside the target, hidden: a rename is atomic only within one file system.</summary>
    private static string Draft(string target) =>
        Path.Combine(Path.GetDirectoryName(target) ?? "/", $".awoc-{Guid.NewGuid():n}.tmp");

    private static void Place(string draft, string target)
    {
        File.Move(draft, target, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(target) ?? "/");
    }

    /// <summary>.NET opens no directories, and a rename is durable only once its directory is synced.</summary>
    private static void SyncDirectory(string directory)
    {
        var descriptor = Open(directory, CloseOnExec);
        if (descriptor < 0) throw Failure("open", directory);
        try
        {
            if (Sync(descriptor) != 0) throw Failure("sync", directory);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string what, string directory) =>
        new($"Cannot {what} the directory {directory}: {Marshal.GetLastPInvokeErrorMessage()}");

    private const int CloseOnExec = 0x80000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
