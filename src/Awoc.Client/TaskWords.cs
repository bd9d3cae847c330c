namespace Awoc.Client;

/// <summary>The words of the wire for states and outcomes.</summary>
public static class TaskWords
{
    /// <summary>State: waits for a time, a dependency, a quota window or its next attempt.</summary>
    public const string Scheduled = "scheduled";

    /// <summary>The queue of tasks that name none.</summary>
    public const string DefaultQueue = "default";

    /// <summary>State: waits for a slot.</summary>
    public const string Queued = "queued";

    /// <summary>State: an attempt is under way.</summary>
    public const string Running = "running";

    /// <summary>State: waits for a person.</summary>
    public const string AwaitingInput = "awaiting_input";

    /// <summary>State: over.</summary>
    public const string Ended = "ended";

    /// <summary>Outcome: the agent ended well and its result is there.</summary>
    public const string Succeeded = "succeeded";

    /// <summary>Outcome: the agent or its result fell short.</summary>
    public const string Failed = "failed";

    /// <summary>Outcome: somebody stopped it.</summary>
    public const string Canceled = "canceled";

    /// <summary>Outcome: the time limit.</summary>
    public const string TimedOut = "timed_out";

    /// <summary>Outcome: the token budget.</summary>
    public const string BudgetExhausted = "budget_exhausted";

    /// <summary>Outcome: nobody saw its end.</summary>
    public const string Lost = "lost";

    /// <summary>Result: there is none.</summary>
    public const string NoResult = "none";

    /// <summary>Result: cut short, but readable.</summary>
    public const string Partial = "partial";

    private const int RandomDigits = 12;

    /// <summary>Every state, in the order of the life-cycle.</summary>
    public static IReadOnlyList<string> States { get; } = [Scheduled, Queued, Running, AwaitingInput, Ended];

    /// <summary>The states of a task that has not ended.</summary>
    public static IReadOnlyList<string> LiveStates { get; } = [Scheduled, Queued, Running, AwaitingInput];

    /// <summary>Every outcome.</summary>
    public static IReadOnlyList<string> Outcomes { get; } = [Succeeded, Failed, Canceled, TimedOut, BudgetExhausted, Lost];

    /// <summary>The short name that listings show: the random part of an id. What is no id comes back as it is.</summary>
    public static string Handle(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        // A name may hold dashes too.
        var isId = dash > 0 && id.Length == dash + 1 + RandomDigits && !id.AsSpan(0, dash).ContainsAnyExceptInRange('0', '9');
        return isId ? id[(dash + 1)..] : id;
    }
}
