using Awoc.Core.Store;

namespace Awoc.Storage.Sqlite;

/// <summary>
/// One caller's write on its way through the writer thread. <see cref="Execute"/> may run twice, when a neighbour in the
/// batch breaks it; the answer of the run that was committed counts.
/// </summary>
internal abstract class WriteRequest(CancellationToken cancellation)
{
    /// <summary>False when the caller gave up before the writer came to it. From then on the write is carried through.</summary>
    public bool TryBegin()
    {
        if (!cancellation.IsCancellationRequested) return true;
        Abandon(cancellation);
        return false;
    }

    public abstract void Execute(TaskWrites writes);

    /// <summary>To be called once the write is on the disk.</summary>
    public abstract void Acknowledge();

    public abstract void Fail(Exception fault);

    protected abstract void Abandon(CancellationToken cancellation);
}

internal sealed class WriteRequest<T>(Func<TaskWrites, T> work, CancellationToken cancellation) : WriteRequest(cancellation)
{
    // The writer thread has better things to do than to run its callers' continuations.
    private readonly TaskCompletionSource<T> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _answer;

    public Task<T> Answer => _answered.Task;

    public override void Execute(TaskWrites writes) => _answer = work(writes);

    public override void Acknowledge() => _answered.SetResult(_answer!);

    public override void Fail(Exception fault) => _answered.SetException(fault);

    protected override void Abandon(CancellationToken cancellation) => _answered.SetCanceled(cancellation);
}
