using Awoc.Shim.Native;

namespace Awoc.Shim.Owner;

/// <summary>The shim's socket. Whoever connects is greeted; of those who claim the attempt, the latest with the highest fence commands.</summary>
internal sealed class OwnerServer
{
    private const long GrewEveryUs = 10_000;
    private readonly List<OwnerConnection> _connections = [];
    private readonly byte[] _path;
    private readonly Action<OwnerConnection> _greet;
    private readonly Action<OwnerConnection, OwnerMessage> _take;
    private int _listener;
    private int _slot = -1;
    private OwnerConnection? _owner;
    private bool _grew;
    private long _grewUs;

    internal OwnerServer(byte[] path, Action<OwnerConnection> greet, Action<OwnerConnection, OwnerMessage> take)
    {
        (_path, _greet, _take) = (path, greet, take);
        _listener = Sockets.ListenUnix(path);
    }

    /// <summary>The connection that commands; null while there is none.</summary>
    internal OwnerConnection? Owner => _owner is { IsOpen: true } ? _owner : null;

    /// <summary>The logs grew: the owner is told within 10 ms.</summary>
    internal void NoteGrowth() => _grew = true;

    internal void SetOwner(OwnerConnection connection)
    {
        if (_owner != connection) _owner?.Close();
        _owner = connection;
    }

    internal void Prepare(Poll poll)
    {
        _slot = poll.Add(_listener, Ready.In);
        foreach (var connection in _connections) connection.Prepare(poll);
        if (_grew && Owner is { IsBehind: false }) poll.Until(_grewUs + GrewEveryUs);
    }

    internal void Handle(Poll poll)
    {
        for (var i = _connections.Count - 1; i >= 0; i--) _connections[i].Handle(poll, _take);
        for (var i = _connections.Count - 1; i >= 0; i--)
            if (!_connections[i].IsOpen) _connections.RemoveAt(i);

        if (poll.Ready(_slot) == 0) return;
        var fd = Sockets.Accept(_listener);
        if (fd < 0) return;
        if (!Sockets.PeerIsTrusted(fd))
        {
            Fd.Close(ref fd);
            return;
        }

        var connection = new OwnerConnection(fd);
        _connections.Add(connection);
        _greet(connection);
    }

    /// <summary>True where it is time to say how long the logs are.</summary>
    internal bool TakeGrowth(long nowUs)
    {
        if (!_grew || Owner is not { IsBehind: false } || nowUs < _grewUs + GrewEveryUs) return false;
        (_grew, _grewUs) = (false, nowUs);
        return true;
    }

    /// <summary>Gives a connected owner up to <paramref name="patienceUs"/> to take what it was told, then removes the socket.</summary>
    internal void Close(long patienceUs)
    {
        var poll = new Poll();
        for (var end = Clock.NowUs() + patienceUs; Owner is { IsBehind: true } owner && Clock.NowUs() < end; owner.Flush())
        {
            poll.Begin();
            poll.Until(end);
            owner.Prepare(poll);
            poll.Wait();
        }

        _ = Fd.Unlink(Fd.WorkingDirectory, _path);
        Fd.Close(ref _listener);
        foreach (var connection in _connections) connection.Close();
    }
}
