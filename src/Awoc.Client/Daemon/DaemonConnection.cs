using System.Net.Sockets;

namespace Awoc.Client.Daemon;

/// <summary>No daemon listens, and none was to be started.</summary>
internal sealed class NobodyServesException : Exception;

/// <summary>Opens connections to the daemon of a home, and starts the daemon where there is none and it may.</summary>
internal sealed class DaemonConnection(AwocHome home, DaemonLauncher? launcher, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public async ValueTask<Stream> OpenAsync(CancellationToken token)
    {
        if (await TryAsync(token).ConfigureAwait(false) is { } connected) return connected;
        if (launcher is null) throw new NobodyServesException();

        home.Prepare();
        using var mine = await StartLock.TakeAsync(home.LockFile).ConfigureAwait(false);
        // Whoever held the lock before may have started it.
        if (await TryAsync(token).ConfigureAwait(false) is { } others) return others;
        await launcher.StartAsync(home, token).ConfigureAwait(false);

        // One that was started by other means holds its lock a moment before it listens: nothing signals that moment.
        var started = time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(5); ; pause *= 2)
        {
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
