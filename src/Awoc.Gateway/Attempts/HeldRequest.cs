using Awoc.Gateway.Dialects;
using Awoc.Gateway.Prices;

namespace Awoc.Gateway.Attempts;

/// <summary>A request between its arrival and the ruling on it.</summary>
/// <param name="BodyBytes">Length of its body.</param>
/// <param name="Price">Null when none is known.</param>
internal sealed record HeldRequest(GrantClaim Claim, ApiRoute Route, RequestFacts Facts, long BodyBytes, ModelPrice? Price)
{
    /// <summary>For how long it waited for its turn at the API before, in milliseconds; null where it did not.</summary>
    public double? WaitedMs { get; init; }

    // Rulings are made under the account's lock: whoever waits must not go on inside it.
    private readonly TaskCompletionSource<Admission> _ruled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Admission> Ruled => _ruled.Task;

    public void Admit(Admission admission) => _ruled.TrySetResult(admission);
}

/// <summary>One of the two: the call that may be made, or why not.</summary>
internal readonly record struct Admission(AttemptCall? Call, GatewayRefusal? Refusal)
{
    public static implicit operator Admission(GatewayRefusal refusal) => new(null, refusal);
}
