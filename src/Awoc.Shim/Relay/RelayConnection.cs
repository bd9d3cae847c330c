using Awoc.Shim.Native;

namespace Awoc.Shim.Relay;

/// <summary>
/// One connection of the agent. While the gateway is away it waits, unread, so that nothing of it is lost or sent twice; a client that
/// leaves meanwhile is forgotten, for it will ask again. A client that only half-closes while it waits counts as one that left: the two
/// cannot be told apart, and HTTP clients do not half-close.
/// </summary>
internal sealed class RelayConnection(int client, byte[] gateway)
{
    private const long FirstRetryUs = 25_000, LaterRetryUs = 50_000, ManyRetries = 400;
    private readonly Flow _up = new();
    private readonly Flow _down = new();
    private int _client = client;
    private int _upstream = -1;
    private int _clientSlot = -1;
    private int _upstreamSlot = -1;
    private long _retryUs;
    private int _retries;
    private bool _upClosed;
    private bool _downClosed;

    internal bool IsOpen => _client >= 0;

    internal bool IsWaiting => IsOpen && _upstream < 0;

    internal void Prepare(Poll poll)
    {
        _upstreamSlot = -1;
        if (IsWaiting)
        {
            _clientSlot = poll.Add(_client, Ready.ReadHangUp);
            poll.Until(_retryUs);
            return;
        }

        var fromClient = !_up.Ended && !_up.IsBlocked ? Ready.In : 0;
        var toClient = _down.IsBlocked ? Ready.Out : 0;

        // Asked for nothing, a socket still tells of a reset, which is wanted; but a client that has said its last on a connection that
        // is closed towards it hangs up too, while what it said may still be on its way.
        _clientSlot = _up.IsBlocked && _downClosed ? -1 : poll.Add(_client, (short)(fromClient | toClient));
        var fromUpstream = !_down.Ended && !_down.IsBlocked ? Ready.In : 0;
        var toUpstream = _up.IsBlocked ? Ready.Out : 0;

        // Not asked about at all while nothing is wanted of it: its hang-up would be reported over and over.
        if ((fromUpstream | toUpstream) != 0) _upstreamSlot = poll.Add(_upstream, (short)(fromUpstream | toUpstream));
    }

    internal void Handle(Poll poll, byte[] scratch)
    {
        if (!IsOpen) return;
        if (IsWaiting)
        {
            if (poll.Ready(_clientSlot) != 0) Close();
            else if (poll.NowUs >= _retryUs) Connect(poll.NowUs);
            if (_upstream < 0) return;
        }

        var atClient = poll.Ready(_clientSlot);
        var atUpstream = poll.Ready(_upstreamSlot);
        if ((atClient & (Ready.In | Ready.Error | Ready.HangUp)) != 0 || (atUpstream & Ready.Out) != 0) _up.Move(_client, _upstream, scratch);
        if ((atUpstream & (Ready.In | Ready.Error | Ready.HangUp)) != 0 || (atClient & Ready.Out) != 0) _down.Move(_upstream, _client, scratch);

        var clientGone = (atClient & (Ready.Error | Ready.HangUp)) != 0 && (atClient & Ready.In) == 0;
        var upstreamGone = _down.Ended && !_down.IsBlocked && (atUpstream & Ready.HangUp) != 0;
        if (_up.Broken || _down.Broken || clientGone || upstreamGone)
        {
            Close();
            return;
        }

        PassHalfClose(_up, _upstream, ref _upClosed);
        PassHalfClose(_down, _client, ref _downClosed);
        if (_upClosed && _downClosed) Close();
    }

    internal void Close()
    {
        Fd.Close(ref _client);
        Fd.Close(ref _upstream);
        _up.Forget();
        _down.Forget();
    }

    private void Connect(long nowUs)
    {
        var fd = Sockets.ConnectUnix(gateway);
        if (fd >= 0)
        {
            _upstream = fd;
            return;
        }

        _retryUs = nowUs + (++_retries < ManyRetries ? FirstRetryUs : LaterRetryUs);
    }

    private static void PassHalfClose(Flow flow, int to, ref bool closed)
    {
        const int Writing = 1;
        if (closed || !flow.Ended || flow.IsBlocked) return;
        _ = Libc.Shutdown(to, Writing);
        closed = true;
    }
}
