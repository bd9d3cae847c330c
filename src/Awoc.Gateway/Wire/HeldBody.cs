using System.Buffers;
using System.IO.Pipelines;

namespace Awoc.Gateway.Wire;

/// <summary>
/// A request body held whole in pooled segments: the cap stands behind the messages, and must be on record before the first
/// byte goes on.
/// </summary>
internal sealed class HeldBody : IDisposable
{
    private const int SegmentBytes = 64 * 1024;

    /// <summary>
    /// A client that is still sending does not read an answer, so what is too long is read to its end; up to here, or one
    /// request could keep a connection busy for ever.
    /// </summary>
    private const long MaxDrainedBytes = 256L * 1024 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: 0, minimumSegmentSize: SegmentBytes, useSynchronizationContext: false));

    private ReadOnlySequence<byte> _whole;
    private int _disposed;

    public ReadOnlySequence<byte> Bytes { get; private set; }

    /// <summary>The length of the body as it came.</summary>
    public long Length => _whole.Length;

    /// <returns>Null when the body is longer than <paramref name="maxBytes"/>.</returns>
    public static async Task<HeldBody?> ReadAsync(PipeReader source, long maxBytes, CancellationToken cancellation)
    {
        var held = new HeldBody();
        try
        {
            if (await held.FillAsync(source, maxBytes, cancellation)) return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }

        held.Dispose();
        await DrainAsync(source, cancellation);
        return null;
    }

    /// <summary>Changes what goes on, before anything of it has gone. Edits are of the body as it came, whatever was changed for an earlier try.</summary>
    public void Apply(IReadOnlyList<BodyEdit> edits) => Bytes = edits.Count > 0 ? BodyEdit.Apply(_whole, edits) : _whole;

    /// <summary>Gives the memory back. Idempotent.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        Bytes = _whole = default;

        // Both sides, or the segments never go back to their pool.
        _pipe.Writer.Complete();
        _pipe.Reader.Complete();
    }

    private async Task<bool> FillAsync(PipeReader source, long maxBytes, CancellationToken cancellation)
    {
        long length = 0;
        while (true)
        {
            var read = await source.ReadAsync(cancellation);
            length += read.Buffer.Length;
            if (length <= maxBytes)
            {
                foreach (var memory in read.Buffer) _pipe.Writer.Write(memory.Span);
            }

            source.AdvanceTo(read.Buffer.End);
            if (length > maxBytes || read.IsCompleted) break;
        }

        await _pipe.Writer.CompleteAsync();
        if (_pipe.Reader.TryRead(out var all)) Bytes = _whole = all.Buffer;
        return length <= maxBytes;
    }

    private static async Task DrainAsync(PipeReader source, CancellationToken cancellation)
    {
        for (long drained = 0; drained < MaxDrainedBytes;)
        {
            var read = await source.ReadAsync(cancellation);
            drained += read.Buffer.Length;
            source.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }
}
