using System.Buffers.Binary;
using Awoc.Shim.Native;
using Awoc.Shim.Records;

namespace Awoc.Shim.Agent;

/// <summary>Copies what the agent says into its logs. With the disk full it stops reading, so that the agent waits and nothing is lost.</summary>
internal sealed class Output(int stdout, int stderr, LogFile events, LogFile index, LogFile errors, LogFile input, byte[] scratch)
{
    private const long RetryUs = 200_000, DrainUs = 2_000_000;
    private int _stdout = stdout, _stderr = stderr;
    private int _outSlot = -1, _errorSlot = -1;
    private long _retryUs;
    private long _lastReadUs;
    private bool _draining;

    internal long Events => events.Length;

    internal long Stderr => errors.Length;

    internal long Dropped => events.Dropped + errors.Dropped;

    /// <summary>True while the disk has no room.</summary>
    internal bool Full => events.Full || index.Full || errors.Full || input.Full;

    /// <summary>True when all that was said is in the logs.</summary>
    internal bool Done => _stdout < 0 && _stderr < 0 && !Full;

    internal void Prepare(Poll poll)
    {
        _outSlot = _errorSlot = -1;
        if (Full)
        {
            poll.Until(_retryUs);
            return;
        }

        if (_stdout >= 0) _outSlot = poll.Add(_stdout, Ready.In);
        if (_stderr >= 0) _errorSlot = poll.Add(_stderr, Ready.In);
        if (_draining) poll.Until(_lastReadUs + DrainUs);
    }

    /// <summary>True where the logs grew.</summary>
    internal bool Handle(Poll poll)
    {
        var before = Events + Stderr;
        if (Full && poll.NowUs >= _retryUs) Retry(poll.NowUs);
        if (poll.Ready(_outSlot) != 0) Copy(ref _stdout, events, index, poll.NowUs);
        if (poll.Ready(_errorSlot) != 0 && !Full) Copy(ref _stderr, errors, null, poll.NowUs);
        if (Full && _retryUs < poll.NowUs) _retryUs = poll.NowUs + RetryUs;
        if (_draining && !Full && poll.NowUs - _lastReadUs >= DrainUs)
        {
            Fd.Close(ref _stdout);
            Fd.Close(ref _stderr);
        }

        return Events + Stderr != before;
    }

    /// <summary>The agent's tree is dead: an end of the streams that does not come is not waited for long.</summary>
    internal void BeginDrain(long nowUs)
    {
        _draining = true;
        _lastReadUs = nowUs;
    }

    /// <summary>Gives up on a disk that stays full: the owner has asked for the end meanwhile.</summary>
    internal void Abandon()
    {
        events.Abandon();
        index.Abandon();
        errors.Abandon();
        input.Abandon();
        Fd.Close(ref _stdout);
        Fd.Close(ref _stderr);
    }

    private void Retry(long nowUs)
    {
        events.Retry();
        index.Retry();
        errors.Retry();
        input.Retry();
        _retryUs = nowUs + RetryUs;
        _lastReadUs = nowUs;
    }

    private void Copy(ref int fd, LogFile log, LogFile? times, long nowUs)
    {
        var n = Fd.Read(fd, scratch);
        if (n == -Errno.Again) return;
        if (n <= 0)
        {
            Fd.Close(ref fd);
            return;
        }

        _lastReadUs = nowUs;
        var offset = log.Length;
        var dropped = log.Dropped;
        log.Append(scratch.AsSpan(0, n));
        if (times is null || log.Dropped - dropped == n) return;
        Span<byte> entry = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(entry, offset);
        BinaryPrimitives.WriteInt64LittleEndian(entry[8..], Clock.UnixUs());
        times.Append(entry);
    }
}
