using System.Security.Cryptography;
using System.Text;
using Awoc.Engine.Homes;

namespace Awoc.Engine.Integration;

/// <summary>
/// One at a time for each target: among the requests of this daemon in the order of their coming, and, by a lock of the kernel that
/// dies with its holder, among daemons of the same home.
/// </summary>
public sealed class TargetLocks(AwocPaths paths, TimeProvider time)
{
    private const int WouldBlock = 11;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Turn> _turns = new(StringComparer.Ordinal);

    /// <param name="path">Links followed: one file has one lock, whatever names lead to it.</param>
    public async Task<IDisposable> TakeAsync(string path, CancellationToken cancellation)
    {
        var turn = Join(path);
        try
        {
            await turn.Free.WaitAsync(cancellation);
        }
        catch
        {
            Leave(path, turn);
            throw;
        }

        try
        {
            return new Held(this, path, turn, await FileAsync(path, cancellation));
        }
        catch
        {
            turn.Free.Release();
            Leave(path, turn);
            throw;
        }
    }

    private async Task<FileStream> FileAsync(string path, CancellationToken cancellation)
    {
        Directory.CreateDirectory(paths.Locks, OwnerOnly);
        var file = Path.Combine(paths.Locks, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path))));
        while (true)
        {
            try
            {
                // FileShare.None is flock(LOCK_EX | LOCK_NB) here. The file stays: to delete it would let two hold locks of one name.
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException taken) when (taken.HResult == WouldBlock)
            {
                await Task.Delay(s_look, time, cancellation);
            }
        }
    }

    private Turn Join(string path)
    {
        lock (_gate)
        {
            if (!_turns.TryGetValue(path, out var turn)) _turns[path] = turn = new Turn();
            turn.Waiting++;
            return turn;
        }
    }

    private void Leave(string path, Turn turn)
    {
        lock (_gate)
        {
            if (--turn.Waiting == 0) _turns.Remove(path);
        }
    }

    private sealed class Turn
    {
        public SemaphoreSlim Free { get; } = new(1);
        public int Waiting { get; set; }
    }

    private sealed class Held(TargetLocks locks, string path, Turn turn, FileStream file) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            turn.Free.Release();
            locks.Leave(path, turn);
        }
    }
}
