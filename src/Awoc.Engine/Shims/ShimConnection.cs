using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Awoc.Engine.Shims;

/// <summary>
/// A connection to a shim. The order is: connect, <see cref="HelloAsync"/>, <see cref="OwnAsync"/>, then commands from any thread
/// while one reader follows <see cref="ReadAllAsync"/>. A command to a shim that is gone throws <see cref="IOException"/>, and the reader
/// ends; neither is lost: what the shim knew is in the attempt's directory.
/// </summary>
public sealed class ShimConnection : IAsyncDisposable
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(2);

    private readonly NetworkStream _stream;
    private readonly PipeReader _reader;
    private readonly SemaphoreSlim _sending = new(1, 1);

    private ShimConnection(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(leaveOpen: true));
    }

    /// <summary>Connects to a shim's socket, waiting for it to appear.</summary>
    /// <exception cref="TimeoutException">Nothing listened there within <paramref name="timeout"/>.</exception>
    public static async Task<ShimConnection> ConnectAsync(
        string socketPath, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken = default) =>
        await ConnectAsync(socketPath, timeout, time, ended: null, cancellationToken) ?? throw new UnreachableException();

    /// <summary>
    /// Connects to the shim of an attempt that was just launched, waiting for its socket. Null where the attempt has ended meanwhile, which
    /// a quick agent may do before anybody connects: <see cref="ShimExit.Read"/> has its end.
    /// </summary>
    /// <exception cref="TimeoutException">Neither came within <paramref name="timeout"/>; <c>shim.log</c> in the attempt's directory may say why.</exception>
    public static Task<ShimConnection?> ConnectUnlessEndedAsync(
        string attemptDirectory, string socketPath, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken = default)
    {
        var exit = Path.Combine(attemptDirectory, ShimFiles.Exit);
        return ConnectAsync(socketPath, timeout, time, () => File.Exists(exit), cancellationToken);
    }

    private static async Task<ShimConnection?> ConnectAsync(
        string socketPath, TimeSpan timeout, TimeProvider time, Func<bool>? ended, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        while (true)
        {
            // Asked before the attempt to connect: a shim records its end before it closes its socket.
            var hasEnded = ended?.Invoke() ?? false;
            Exception? absent = null;

            // A shim takes some milliseconds to come up: a look costs little, a refused connect is an exception.
            if (File.Exists(socketPath))
            {
                try
                {
                    return new ShimConnection(await UnixSockets.ConnectAsync(socketPath, cancellationToken));
                }
                catch (Exception refused) when (refused is SocketException or IOException)
                {
                    absent = refused;
                }
            }

            if (hasEnded) return null;
            if (time.GetElapsedTime(begin) >= timeout)
                throw new TimeoutException($"No shim listens on {socketPath} ({absent?.Message ?? "there is no such socket"}).", absent);
            await Task.Delay(s_retry, time, cancellationToken);
        }
    }

    /// <summary>Reads the shim's first message. Null where the shim ended before it, as it may just after the connect: <see cref="AttemptProbe"/>
    /// says what that means.</summary>
    public async Task<ShimMessage.Hello?> HelloAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await ReadAsync(cancellationToken) switch
            {
                ShimMessage.Hello hello => hello,
                null => null,
                var other => throw new InvalidDataException($"The shim began with {other.GetType().Name}, not with hello."),
            };
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>
    /// Claims the attempt under a fence that is committed already. Of equal or higher fences the latest wins, and the owner before it is
    /// cut off.
    /// </summary>
    public async Task<OwnOutcome> OwnAsync(long fence, CancellationToken cancellationToken = default)
    {
        try
        {
            await SendAsync(new OwnerLine { T = "own", Fence = fence }, cancellationToken);
            while (await ReadAsync(cancellationToken) is { } message)
            {
                if (message is ShimMessage.Owned owned) return new OwnOutcome.Owned(owned.Fence);
                if (message is ShimMessage.Refused refused) return new OwnOutcome.Refused(refused.Fence);
            }
        }
        catch (IOException)
        {
            // The shim ended between the connect and now: its exit record says how.
        }

        return new OwnOutcome.Gone();
    }

    /// <summary>Sends a line to the agent's stdin, exactly once for each <paramref name="n"/>: a number the shim has had is acknowledged, not repeated.</summary>
    /// <param name="n">Numbers rise from 1.</param>
    /// <param name="line">The text without its line end.</param>
    /// <param name="cancellationToken">Gives up sending.</param>
    public Task SendLineAsync(long n, string line, CancellationToken cancellationToken = default) =>
        SendAsync(new OwnerLine { T = "in", N = n, Line = line }, cancellationToken);

    /// <summary>Closes the agent's stdin after the lines queued before.</summary>
    public Task EofAsync(CancellationToken cancellationToken = default) => SendAsync(new OwnerLine { T = "eof" }, cancellationToken);

    /// <summary>Runs the ladder. Sent again, it leaves out further steps and moves on from one that is left out; the first cause stays.</summary>
    public Task EndAsync(string cause, IReadOnlyList<LadderAction>? skip = null, CancellationToken cancellationToken = default) =>
        SendAsync(new OwnerLine { T = "end", Cause = cause, Skip = skip }, cancellationToken);

    /// <summary>Sets the deadline, counted in running time from the exec; null lifts it.</summary>
    public Task SetDeadlineAsync(TimeSpan? deadline, CancellationToken cancellationToken = default) =>
        SendAsync(new OwnerLine { T = "deadline", Ms = deadline is { } limit ? (long)limit.TotalMilliseconds : null }, cancellationToken);

    /// <summary>
    /// Makes a spare an attempt: its running time begins, the file goes to the agent's stdin, and it goes on without its owner as any other. Answered
    /// by <see cref="ShimMessage.Exec"/>; sent again it changes nothing. A spare that is about to end stays one: an
    /// <see cref="ShimMessage.Exit"/> with the cause <see cref="EndCause.Spare"/> follows.
    /// </summary>
    /// <param name="deadline">As of <see cref="SetDeadlineAsync"/>.</param>
    /// <param name="stdinFile">Its name in the attempt's directory.</param>
    public Task BeginAsync(TimeSpan? deadline, string stdinFile, CancellationToken cancellationToken = default) =>
        SendAsync(new OwnerLine { T = "begin", DeadlineMs = deadline is { } limit ? (long)limit.TotalMilliseconds : null, StdinFile = stdinFile }, cancellationToken);

    /// <summary>Hands over secrets, once in an attempt's life: a second time is ignored.</summary>
    /// <param name="env">Added to the agent's environment.</param>
    /// <param name="held">Kept in the shim's memory and told to every later owner.</param>
    /// <param name="cancellationToken">Gives up sending.</param>
    public Task SendSecretAsync(
        IReadOnlyDictionary<string, string> env, IReadOnlyDictionary<string, string>? held = null, CancellationToken cancellationToken = default) =>
        SendAsync(new OwnerLine { T = "secret", Env = env, Held = held }, cancellationToken);

    /// <summary>The messages as they come. Ends when the shim ends, dies, or takes another owner.</summary>
    public async IAsyncEnumerable<ShimMessage> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ShimMessage? message;
            try
            {
                message = await ReadAsync(cancellationToken);
            }
            catch (IOException)
            {
                yield break;
            }

            if (message is null) yield break;
            yield return message;
        }
    }

    /// <summary>Closes the connection; the attempt goes on without an owner.</summary>
    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        await _stream.DisposeAsync();
        _sending.Dispose();
    }

    private async Task SendAsync(OwnerLine line, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) JsonSerializer.Serialize(writer, line, ShimJson.Default.OwnerLine);
        buffer.Write("\n"u8);
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task<ShimMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var message = Parse(buffer.Slice(0, end));
                _reader.AdvanceTo(buffer.GetPosition(1, end));
                if (message is not null) return message;
                continue;
            }

            // A line that was cut by the end is the shim's death in mid-sentence: nothing of it counts.
            if (result.IsCompleted) return null;
            _reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static ShimMessage? Parse(ReadOnlySequence<byte> line) =>
        line.IsSingleSegment ? ShimLine.Parse(line.FirstSpan) : ShimLine.Parse(line.ToArray());
}

/// <summary>The answer to <see cref="ShimConnection.OwnAsync"/>.</summary>
public abstract record OwnOutcome
{
    private OwnOutcome()
    {
    }

    /// <summary>The caller owns the attempt.</summary>
    public sealed record Owned(long Fence) : OwnOutcome;

    /// <summary>Another owner has had <paramref name="Highest"/>, which is higher.</summary>
    public sealed record Refused(long Highest) : OwnOutcome;

    /// <summary>The shim is no more; <see cref="AttemptProbe"/> says what that means.</summary>
    public sealed record Gone : OwnOutcome;
}
