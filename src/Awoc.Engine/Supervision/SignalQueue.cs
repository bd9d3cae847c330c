using System.Threading.Channels;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Supervision;

/// <summary>
/// All that makes an attempt's driver look again: what its shim says, a nudge from elsewhere (the gateway, a top-up, an
/// answer), a time that has come. The driver decides from the state it finds, never from the signal, so a nudge that finds the queue full may
/// be dropped: a look is due anyway.
/// </summary>
internal sealed class SignalQueue : IAsyncDisposable
{
    private const int Capacity = 64;

    private readonly Channel<ShimMessage?> _signals = Channel.CreateBounded<ShimMessage?>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly CancellationTokenSource _stop;
    private readonly ITimer _timer;
    private readonly Task _pump;

    public SignalQueue(ShimConnection connection, TimeProvider time, CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _timer = time.CreateTimer(_ => Nudge(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _pump = PumpAsync(connection, _stop.Token);
    }

    /// <summary>Must return at once: it is called on threads of others.</summary>
    public void Nudge() => _signals.Writer.TryWrite(null);

    /// <summary>Another look after this time; null for none.</summary>
    public void LookAgain(TimeSpan? after) => _timer.Change(after ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>The signals, null for a mere nudge. Ends with the shim's connection.</summary>
    public IAsyncEnumerable<ShimMessage?> ReadAllAsync() => _signals.Reader.ReadAllAsync(_stop.Token);

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _stop.CancelAsync();
        await _pump;
        _stop.Dispose();
    }

    private async Task PumpAsync(ShimConnection connection, CancellationToken cancellation)
    {
        Exception? fault = null;
        try
        {
            await foreach (var message in connection.ReadAllAsync(cancellation)) await _signals.Writer.WriteAsync(message, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
        catch (Exception broken)
        {
            fault = broken;
        }

        _signals.Writer.TryComplete(fault);
    }
}
