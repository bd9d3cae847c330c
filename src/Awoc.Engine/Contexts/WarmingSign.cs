using Awoc.Core.Agents;

namespace Awoc.Engine.Contexts;

/// <summary>
/// Tells the answer to a request with the shared head from those to small questions that an agent program asks of its own: they are
/// shorter than the head.
/// </summary>
/// <param name="bytes">Length of the head.</param>
internal sealed class WarmingSign(long bytes)
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when a good answer to a request with the head has begun: it is in the provider's cache.</summary>
    public Task Answered => _begun.Task;

    public bool HasBegun => _begun.Task.IsCompletedSuccessfully;

    /// <summary>Done when nothing is under way any more after that: what it cost is known.</summary>
    public Task Settled => _settled.Task;

    public void Begun(AnswerBegun answer)
    {
        if (answer.RequestBytes >= bytes) _begun.TrySetResult();
    }

    public void Changed(GatewayRecord record)
    {
        if (HasBegun && record.OpenRequests == 0) _settled.TrySetResult();
    }
}
