namespace Awoc.Daemon.Hosting;

/// <summary>
/// The lock of a home. The kernel drops it with the process, so a lock file that a dead daemon left stops nobody.
/// </summary>
internal sealed class SingleInstance : IDisposable
{
    private readonly FileStream _file;

    private SingleInstance(FileStream file) => _file = file;

    /// <summary>Null when another daemon holds it.</summary>
    public static SingleInstance? TryTake(string path)
    {
        const int WouldBlock = 11;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) here.
            return new SingleInstance(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException taken) when (taken.HResult == WouldBlock)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
