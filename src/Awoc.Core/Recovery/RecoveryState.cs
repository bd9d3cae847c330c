using Awoc.Core.Tasks;

namespace Awoc.Core.Recovery;

/// <summary>What recovery has done so far for a task, and how it is to go on.</summary>
/// <param name="Retries">Attempts that recovery made by itself since the launch or a person's last word.</param>
/// <param name="Deaths">Attempts in a row that ended with their runner or supervisor dead.</param>
/// <param name="Next">How the next attempt goes on; null starts it afresh.</param>
public sealed record RecoveryState(int Retries, int Deaths, NextAttempt? Next)
{
    public static RecoveryState None { get; } = new(0, 0, null);

    /// <summary>Attempts in a row that a limit of the model API ended before they had generated anything. They use up no retry; the waits between them grow.</summary>
    public int Limited { get; init; }
}

/// <summary>How an attempt takes up what an earlier one left.</summary>
/// <param name="Why">What happened to the earlier one, in words for the agent.</param>
public sealed record NextAttempt(NextMode Mode, string Why)
{
    /// <summary>The budget that was spent, while a person is asked whether there is to be more of it; null otherwise.</summary>
    public EndReason? Spent { get; init; }
}

public enum NextMode
{
    /// <summary>Anew, as if there had been nothing.</summary>
    Restart,

    /// <summary>The agent's own session goes on; without one, a fresh one gets the partial results as context.</summary>
    Resume,

    /// <summary>A fresh session gets the partial results as context, whatever sessions there are: the last one could not be taken up.</summary>
    Fresh,

    /// <summary>A fresh session gets what is done, what is missing, and a plan that fits what is left of the budget.</summary>
    Reduce,
}
