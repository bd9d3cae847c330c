using Awoc.Gateway.Attempts;

namespace Awoc.Gateway.Wire;

/// <summary>An answer's body on its way through: each chunk is metered, then handed on as it is.</summary>
internal sealed class MeteredStream(Stream inner, AttemptCall call) : Stream
{
    /// <summary>
    /// From the break of an answer to that of the client's connection, which drops what has not left it yet: the last words that were
    /// paid for get through.
    /// </summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromMilliseconds(50);

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            await Task.Delay(s_lastWords, cancellationToken);
            throw;
        }

        // An empty buffer asks whether there is something to read; only an empty answer to a real one is the end.
        if (count > 0) call.Received(buffer.Span[..count]);
        else if (!buffer.IsEmpty) call.ReceivedEnd();
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read it asynchronously");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
