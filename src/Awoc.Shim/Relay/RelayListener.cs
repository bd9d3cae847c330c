using Awoc.Shim.Native;

namespace Awoc.Shim.Relay;

/// <summary>The agent's gateway address: a loopback port that outlives the daemon and passes each connection on to its gateway.</summary>
internal sealed class RelayListener
{
    private const int MostConnections = 512;
    private readonly List<RelayConnection> _connections = [];
    private readonly byte[]? _gateway;
    private readonly byte[] _scratch;
    private int _listener = -1;
    private int _slot = -1;

    internal RelayListener(byte[]? gateway, byte[] scratch)
    {
        (_gateway, _scratch) = (gateway, scratch);
        if (gateway is not null) (_listener, Port) = Sockets.ListenLoopback();
    }

    /// <summary>The port; 0 without a gateway.</summary>
    internal int Port { get; }

    /// <summary>Connections for which there is no gateway now.</summary>
    internal int Waiting
    {
        get
        {
            var waiting = 0;
            foreach (var connection in _connections)
                if (connection.IsWaiting) waiting++;
            return waiting;
        }
    }

    internal void Prepare(Poll poll)
    {
        _slot = _listener >= 0 && _connections.Count < MostConnections ? poll.Add(_listener, Ready.In) : -1;
        foreach (var connection in _connections) connection.Prepare(poll);
    }

    internal void Handle(Poll poll)
    {
        for (var i = _connections.Count - 1; i >= 0; i--)
        {
            _connections[i].Handle(poll, _scratch);
            if (!_connections[i].IsOpen) _connections.RemoveAt(i);
        }

        if (poll.Ready(_slot) == 0) return;
        var client = Sockets.Accept(_listener);
        if (client < 0) return;
        Sockets.SetNoDelay(client);
        _connections.Add(new RelayConnection(client, _gateway!));
    }

    internal void Close()
    {
        Fd.Close(ref _listener);
        foreach (var connection in _connections) connection.Close();
        _connections.Clear();
    }
}
