using System.Runtime.InteropServices;

namespace Awoc.Engine.Shims;

/// <summary>A file that is there whole or not at all, and survives power loss once written.</summary>
internal static partial class DurableFile
{
    public static void Write(string directory, string name, ReadOnlySpan<byte> content)
    {
        var target = Path.Combine(directory, name);
        var draft = $"{target}.{Environment.ProcessId}.tmp";
        using (var handle = File.OpenHandle(draft, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, content, 0);
            RandomAccess.FlushToDisk(handle);
        }

        File.Move(draft, target, overwrite: true);
        SyncDirectory(directory);
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

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
