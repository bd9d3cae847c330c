using Awoc.Engine.Homes;

namespace Awoc.Daemon.Hosting;

/// <summary>Makes the folders of a home, for their owner only.</summary>
internal static class HomeFolders
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <exception cref="IOException">One of them cannot be made; the message names the home.</exception>
    public static void Prepare(AwocPaths paths)
    {
        try
        {
            foreach (var folder in (string[])[paths.Home, paths.Background, paths.Tasks, paths.Run, paths.ShimSockets])
                Directory.CreateDirectory(folder, OwnerOnly);
            // The sockets lie here, and whoever can open one commands the daemon.
            File.SetUnixFileMode(paths.Run, OwnerOnly);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the home {paths.Home} cannot be used: {broken.Message} Make it writable, or set AWOC_HOME to a directory that is.", broken);
        }
    }
}
