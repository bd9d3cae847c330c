using System.Text.Json;
using Awoc.Shim.Native;

namespace Awoc.Shim.Owner;

/// <summary>One connection of a daemon, or of whoever looks: lines in, lines out, neither ever waited for.</summary>
internal sealed class OwnerConnection(int fd)
{
    private const int LongestLine = 64 << 20, MostUnread = 1 << 20, SmallBuffer = 4096;
    private byte[] _in = new byte[SmallBuffer];
    private int _inLength;
    private byte[] _out = [];
    private int _fd = fd;
    private int _slot = -1;

    internal bool IsOpen => _fd >= 0;

    /// <summary>True while the other side has not taken what it was told.</summary>
    internal bool IsBehind => _out.Length > 0;

    internal void Prepare(Poll poll) => _slot = IsOpen ? poll.Add(_fd, IsBehind ? (short)(Ready.In | Ready.Out) : Ready.In) : -1;

    /// <summary>Sends or queues a line. A connection that takes nothing for too long is closed: it can come again and ask.</summary>
    internal void Send(ReadOnlySpan<byte> line)
    {
        if (!IsOpen) return;
        var sent = IsBehind ? 0 : Fd.Send(_fd, line);
        if (sent == -Errno.Again) sent = 0;
        if (sent < 0 || _out.Length + line.Length - sent > MostUnread)
        {
            Close();
            return;
        }

        if (sent < line.Length) _out = [.. _out, .. line[sent..]];
    }

    /// <summary>Reads, and hands over each whole line. A malformed one ends the connection.</summary>
    internal void Handle(Poll poll, Action<OwnerConnection, OwnerMessage> take)
    {
        var ready = poll.Ready(_slot);
        if (!IsOpen || ready == 0) return;
        if ((ready & Ready.Out) != 0) Flush();
        if ((ready & (Ready.In | Ready.Error | Ready.HangUp)) == 0) return;
        while (IsOpen)
        {
            if (_inLength == _in.Length) Array.Resize(ref _in, _in.Length * 2);
            var n = Fd.Receive(_fd, _in.AsSpan(_inLength));
            if (n == -Errno.Again) return;
            if (n <= 0 || _inLength + n > LongestLine)
            {
                Close();
                return;
            }

            _inLength += n;
            TakeLines(take);
        }
    }

    internal void Flush()
    {
        if (!IsOpen || !IsBehind) return;
        var sent = Fd.Send(_fd, _out);
        if (sent > 0) _out = _out[sent..];
        else if (sent != -Errno.Again) Close();
    }

    internal void Close()
    {
        Fd.Close(ref _fd);
        (_in, _out, _inLength) = ([], [], 0);
    }

    private void TakeLines(Action<OwnerConnection, OwnerMessage> take)
    {
        var from = 0;
        while (IsOpen && _in.AsSpan(from, _inLength - from).IndexOf((byte)'\n') is >= 0 and var length)
        {
            var line = _in.AsSpan(from, length);
            from += length + 1;
            OwnerMessage message;
            try
            {
                message = OwnerMessage.Parse(line);
            }
            catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException)
            {
                Close();
                return;
            }

            take(this, message);
        }

        if (!IsOpen || from == 0) return;
        _inLength -= from;

        // Lines may hold a secret or be large: neither is kept longer than needed.
        var rest = _in.AsSpan(from, _inLength).ToArray();
        if (_in.Length > SmallBuffer && rest.Length < SmallBuffer) _in = new byte[SmallBuffer];
        else _in.AsSpan().Clear();
        rest.CopyTo(_in, 0);
    }
}
