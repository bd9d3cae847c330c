using System.Runtime.InteropServices;

namespace Awoc.Daemon.Hosting;

/// <summary>Lets the daemon outlive the shell that started it.</summary>
internal static partial class Detachment
{
    /// <summary>A session of its own: the terminal's Ctrl-C and hang-up do not reach it.</summary>
    public static void LeaveSession() => _ = SetSession();

    /// <summary>Closes the caller's pipes or terminal: their end is what tells the caller to go on.</summary>
    public static void LeaveTerminal()
    {
        const int ReadWrite = 2;
        var nowhere = Open("/dev/null", ReadWrite);
        for (var descriptor = 0; descriptor <= 2; descriptor++) _ = Duplicate(nowhere, descriptor);
        _ = Close(nowhere);
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int SetSession();

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
