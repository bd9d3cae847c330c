namespace Awoc.Rehearsal;

/// <summary>
/// What a rehearsal server was asked and what it generated. Thread-safe. The totals count every request ever served;
/// the entries and their bodies are bounded, oldest dropped first.
/// </summary>
/// <param name="maxEntries">Requests kept. Default 5,000.</param>
/// <param name="maxBodyBytes">
/// Characters of request bodies kept over all entries. Default 32 Mi: a coding agent sends about 100 KB with each request.
/// 0 keeps no body.
/// </param>
public sealed class RehearsalLog(int maxEntries = 5_000, long maxBodyBytes = 32L << 20)
{
    private readonly Lock _gate = new();
    private readonly Queue<RecordedRequest> _entries = new();
    private readonly Queue<RecordedRequest> _withBody = new();
    private TaskCompletionSource _changed = NewSignal();
    private long _bodyBytes;
    private long _generated;
    private long _count;

    /// <summary>Raised when a request has been answered or given up, on the thread that served it.</summary>
    public event Action<RecordedRequest>? Ended;

    /// <summary>Requests seen since the start, also those no longer kept.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Output tokens the server has generated since the start, also for streams that were cut or abandoned.</summary>
    public long TotalGeneratedTokens => Interlocked.Read(ref _generated);

    /// <summary>A snapshot of the requests kept, oldest first. Those under way are in it.</summary>
    public IReadOnlyList<RecordedRequest> Requests
    {
        get
        {
            lock (_gate) return [.. _entries];
        }
    }

    /// <summary>The requests kept that asked the model for an answer (<c>POST …/v1/messages</c>).</summary>
    public IReadOnlyList<RecordedRequest> MessageRequests => [.. Requests.Where(r => r.IsMessages)];

    /// <summary>
    /// Waits until <paramref name="condition"/> holds for this log. It is asked again whenever a request starts, sends its
    /// headers, generates or ends.
    /// </summary>
    /// <exception cref="TimeoutException">It did not hold within <paramref name="timeout"/> (default 30 s).</exception>
    public async Task WaitAsync(Func<RehearsalLog, bool> condition, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var limit = timeout ?? TimeSpan.FromSeconds(30);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(limit);
        while (true)
        {
            Task changed;
            lock (_gate) changed = _changed.Task;
            if (condition(this)) return;
            try
            {
                await changed.WaitAsync(stop.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new TimeoutException($"The rehearsal server did not see what was waited for within {limit}; it has {Count} requests.");
            }
        }
    }

    internal void Add(RecordedRequest request)
    {
        lock (_gate)
        {
            Interlocked.Increment(ref _count);
            _entries.Enqueue(request);
            if (_entries.Count > maxEntries) _bodyBytes -= _entries.Dequeue().DropBody();
        }

        Signal();
    }

    internal void KeepBody(RecordedRequest request, string body)
    {
        if (maxBodyBytes == 0) return;
        lock (_gate)
        {
            request.Body = body;
            _bodyBytes += body.Length;
            _withBody.Enqueue(request);
            while (_bodyBytes > maxBodyBytes && _withBody.Count > 1) _bodyBytes -= _withBody.Dequeue().DropBody();
            while (_withBody.Count > maxEntries) _withBody.Dequeue();
        }
    }

    internal void Generated(int tokens)
    {
        Interlocked.Add(ref _generated, tokens);
        Signal();
    }

    internal void End(RecordedRequest request)
    {
        Signal();
        Ended?.Invoke(request);
    }

    internal void Signal()
    {
        TaskCompletionSource fired;
        lock (_gate)
        {
            fired = _changed;
            _changed = NewSignal();
        }

        fired.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
