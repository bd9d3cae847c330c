using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc daemon logs</c>: read from its file, since a daemon that does not answer is when it is wanted.</summary>
internal static class DaemonLogs
{
    public static VerbCommand Build(CliConsole console)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on as it grows" };
        var command = new VerbCommand("logs", "Prints the daemon's log.");
        command.Options.Add(follow);
        command.SetAction((parsed, token) => PrintAsync(console, parsed.GetValue(follow), token));
        return command;
    }

    private static async Task<int> PrintAsync(CliConsole console, bool follow, CancellationToken token)
    {
        var home = AwocHome.Resolve();
        if (!File.Exists(home.LogFile))
            throw AwocException.Unavailable($"There is no {home.LogFile}: the daemon of this home has logged nothing yet.");

        await using var log = new FileStream(home.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await LogCopy.CopyAsync(log, console.Bytes, token);
        if (!follow) return ExitCodes.Succeeded;

        using var interrupt = new Interrupt();
        using var changes = new FileSystemWatcher(Path.GetDirectoryName(home.LogFile)!, Path.GetFileName(home.LogFile));
        using var changed = new SemaphoreSlim(1);
        void Wake(object sender, FileSystemEventArgs e)
        {
            if (changed.CurrentCount == 0) changed.Release();
        }

        changes.Changed += Wake;
        changes.Created += Wake;
        changes.EnableRaisingEvents = true;
        var current = log;
        try
        {
            while (true)
            {
                await changed.WaitAsync(interrupt.Token);
                await LogCopy.CopyAsync(current, console.Bytes, interrupt.Token);
                // Rotated: the name stands for a new, shorter file.
                if (new FileInfo(home.LogFile) is { Exists: true } named && named.Length < current.Position)
                {
                    if (current != log) await current.DisposeAsync();
                    current = new FileStream(home.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                    await LogCopy.CopyAsync(current, console.Bytes, interrupt.Token);
                }
            }
        }
        catch (OperationCanceledException) when (interrupt.Happened)
        {
            return ExitCodes.Detached;
        }
        finally
        {
            if (current != log) await current.DisposeAsync();
        }
    }
}
