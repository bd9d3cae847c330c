using System.Runtime.InteropServices;

namespace Awoc.Cli.Terminal;

/// <summary>
/// Standard output and error as plain descriptors. The console's own stream swallows a broken pipe, so that
/// <c>awoc logs -f ID | head</c> would go on for ever; a file stream keeps a position of its own, so that the second of two
/// programs that share one redirection would write over the first.
/// </summary>
internal static class StandardStreams
{
    public static Stream OpenOutput() => new DescriptorStream(1);

    public static Stream OpenError() => new DescriptorStream(2);
}

/// <summary>Nobody reads any more what is written.</summary>
internal sealed class BrokenPipeException() : IOException("Broken pipe");

internal sealed partial class DescriptorStream(int descriptor) : Stream
{
    private const int EINTR = 4;
    private const int EAGAIN = 11;
    private const int EPIPE = 32;
    private const short POLLOUT = 4;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = Write(descriptor, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case EINTR:
                    break;
                case EAGAIN:
                    // Somebody made the descriptor non-blocking, as ssh and node do with a shared terminal.
                    var poll = new PollFd { Fd = descriptor, Events = POLLOUT };
                    _ = Poll(ref poll, 1, -1);
                    break;
                case EPIPE:
                    throw new BrokenPipeException();
                case var error:
                    throw new IOException($"{(descriptor == 1 ? "stdout" : "stderr")} cannot be written to: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ref byte bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollFd fds, nuint count, int timeoutMilliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }
}
