using Awoc.Core.Tasks;

namespace Awoc.Core.Waiting;

/// <summary>What becomes of a task that waits for others.</summary>
public abstract record StartDecision
{
    private StartDecision()
    {
    }

    /// <summary>Some of what it waits for has not ended yet.</summary>
    public sealed record Wait : StartDecision;

    /// <summary>All that it waits for holds; its own condition (<see cref="StartCondition.When"/>) is to be asked now.</summary>
    public sealed record AskWhen : StartDecision;

    /// <summary>It joins its queue.</summary>
    public sealed record Start : StartDecision;

    /// <summary>Nothing but a time is left to wait for.</summary>
    public sealed record Postpone(DateTimeOffset Until) : StartDecision;

    /// <summary>It fails: <paramref name="Because"/> of the one that did not succeed, null where its own condition could not be read.</summary>
    public sealed record Fail(TaskId? Because, string Why) : StartDecision;

    /// <summary>It is left out.</summary>
    public sealed record Skip(string Why) : StartDecision;
}

/// <summary>The answer to a <see cref="StartCondition.When"/>.</summary>
/// <param name="Holds">Whether it does.</param>
/// <param name="Fault">Why it could not be answered; null where it could.</param>
public readonly record struct WhenAnswer(bool Holds, string? Fault);
