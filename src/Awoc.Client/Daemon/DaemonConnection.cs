using System.Net.Sockets;

namespace Awoc.Client.Daemon;

/// <summary>No daemon listens, and none was to be started.</summary>
internal sealed class NobodyServesException : Exception;

/// <summary>Opens connections to the daemon of a home, and starts the daemon where there is none and it may.</summary>
internal sealed class DaemonConnection(AwocHome home, DaemonLauncher? launcher, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(250);

    public async ValueTask<Stream> OpenAsync(CancellationToken token)
    {
        if (await TryAsync(token).ConfigureAwait(false) is { } connected) return connected;
        if (launcher is null) throw new NobodyServesException();

        home.Prepare();
        using var mine = await StartLock.TakeAsync(home.LockFile).ConfigureAwait(false);
        // Whoever held the lock before may have started it.
        if (await TryAsync(token).ConfigureAwait(false) is { } others) return others;

        // Another that holds the home is a moment away from listening, or from being gone: one that was killed keeps its lock until the
        // kernel has taken it down. Nothing signals either, so each look is another start, and the one that counts is among them.
        var started = time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(5); ; pause = pause < s_longestPause ? pause * 2 : s_longestPause)
        {
            await launcher.StartAsync(home, token).ConfigureAwait(false);
            if (await TryAsync(token).ConfigureAwait(false) is { } stream) return stream;
            if (time.GetElapsedTime(started) > s_patience)
                throw AwocException.Unavailable($"A daemon holds {home.Path} but does not listen on {home.Socket}. `awoc doctor` looks for the cause.");
            await Task.Delay(pause, time, token).ConfigureAwait(false);
        }
    }

    private async ValueTask<Stream?> TryAsync(CancellationToken token)
    {
        try
        {
            return new NetworkStream(await UnixSocketConnector.ConnectAsync(home.Socket, token).ConfigureAwait(false), ownsSocket: true);
        }
        catch (SocketException e) when (UnixSocketConnector.IsNobody(e))
        {
            return null;
        }
        catch (SocketException e)
        {
            throw AwocException.Unavailable(home.Fault() ?? $"{home.Socket} cannot be reached: {e.Message}. `awoc doctor` looks for the cause.", null, e);
        }
    }
}
