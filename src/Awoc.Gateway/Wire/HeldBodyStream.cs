using System.Buffers;

namespace Awoc.Gateway.Wire;

/// <summary>
/// Gives a held body to the forwarder, which reads it only when it has a connection: the first read is the moment from which
/// the upstream may have taken the request. Its end lets go of the memory, since the answer may take minutes more.
/// </summary>
/// <param name="mayRepeat">The body may have to be sent once more: it is let go of with <see cref="Release"/>, not with its end.</param>
internal sealed class HeldBodyStream(HeldBody body, Action onFirstRead, bool mayRepeat = false) : Stream
{
    private ReadOnlySequence<byte> _rest = body.Bytes;
    private volatile bool _kept = mayRepeat;
    private volatile bool _over;
    private bool _read;

    /// <summary>It will not be sent again. An upstream may answer before it has taken all of it in.</summary>
    public void Release()
    {
        _kept = false;
        if (_over) body.Dispose();
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (!_read)
        {
            _read = true;
            onFirstRead();
        }

        if (_rest.IsEmpty)
        {
            if (buffer.IsEmpty) return 0;
            _over = true;
            if (!_kept) body.Dispose();
            return 0;
        }

        var count = (int)Math.Min(buffer.Length, _rest.Length);
        _rest.Slice(0, count).CopyTo(buffer);
        _rest = _rest.Length == count ? ReadOnlySequence<byte>.Empty : _rest.Slice(count);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<int>(cancellationToken)
            : ValueTask.FromResult(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
