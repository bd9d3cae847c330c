using Awoc.Shim.Native;

namespace Awoc.Shim.Records;

/// <summary>
/// A file that is appended to and never torn: what a full disk did not take is kept and written first when there is room, from the very
/// byte where it stopped.
/// </summary>
internal sealed class LogFile(int fd, long limit)
{
    private byte[] _rest = [];
    private int _restAt;

    /// <summary>Bytes in the file.</summary>
    internal long Length { get; private set; } = Libc.Seek(fd, 0, 2);

    /// <summary>Bytes left out because of the limit.</summary>
    internal long Dropped { get; private set; }

    /// <summary>True while bytes wait for room.</summary>
    internal bool Full => _restAt < _rest.Length;

    /// <summary>Appends, but for what exceeds the limit. Only called while not <see cref="Full"/>, except for what must follow in order.</summary>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        var room = limit - Length - (_rest.Length - _restAt);
        if (bytes.Length > room)
        {
            var kept = (int)Math.Max(0, room);
            Dropped += bytes.Length - kept;
            bytes = bytes[..kept];
        }

        if (Full)
        {
            _rest = [.. _rest.AsSpan(_restAt), .. bytes];
            _restAt = 0;
            return;
        }

        var taken = Write(bytes);
        if (taken == bytes.Length) return;
        _rest = bytes[taken..].ToArray();
        _restAt = 0;
    }

    /// <summary>Tries again to write what waits.</summary>
    internal void Retry()
    {
        if (!Full) return;
        _restAt += Write(_rest.AsSpan(_restAt));
        if (Full) return;
        _rest = [];
        _restAt = 0;
    }

    /// <summary>Gives up what waits.</summary>
    internal void Abandon()
    {
        Dropped += _rest.Length - _restAt;
        _rest = [];
        _restAt = 0;
    }

    private int Write(ReadOnlySpan<byte> bytes)
    {
        var done = 0;
        while (done < bytes.Length)
        {
            var n = Fd.Write(fd, bytes[done..]);
            if (n <= 0) break;
            done += n;
        }

        Length += done;
        return done;
    }
}
