namespace Awoc.Rehearsal.Replay;

/// <summary>A task that ran with its wire record kept, as far as a scenario is made of it.</summary>
public sealed record RecordedRun
{
    /// <summary>The task's whole id.</summary>
    public required string Id { get; init; }

    /// <summary>The task's type, such as <c>research</c>.</summary>
    public required string Type { get; init; }

    public required string Agent { get; init; }

    /// <summary>As launched; null for the agent's own.</summary>
    public string? Model { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>False while it still works: its record is not at its end.</summary>
    public bool HasEnded { get; init; } = true;

    /// <summary>In order; at least one.</summary>
    public required IReadOnlyList<RecordedAttempt> Attempts { get; init; }
}

/// <param name="Number">From 1.</param>
/// <param name="Lines">Of its <c>wire.jsonl</c>.</param>
public sealed record RecordedAttempt(int Number, IReadOnlyList<string> Lines);

/// <summary>A scenario made of a record.</summary>
/// <param name="Name">What the scenario is called: <c>run-</c> and the random part of the task's id.</param>
/// <param name="Yaml">The file, header comments included.</param>
/// <param name="Calls">Model calls in it.</param>
/// <param name="Warnings">What of the record could not be taken over, a sentence each.</param>
public sealed record RecordedScenario(string Name, string Yaml, int Calls, IReadOnlyList<string> Warnings);

/// <summary>Finds runs for <c>rehearse --from</c>.</summary>
public interface IRecordedRuns
{
    /// <param name="reference">A task's id, the beginning of it, its name or <c>@last</c>.</param>
    /// <param name="attempt">Only this one; null for all.</param>
    /// <exception cref="RecordedRunException">There is no such task, or nothing that was recorded.</exception>
    Task<RecordedRun> FindAsync(string reference, int? attempt, CancellationToken cancellation);
}

/// <summary>Why there is no recorded run, in a sentence that names the next step.</summary>
/// <param name="exitCode">What the verb ends with.</param>
public sealed class RecordedRunException(string message, int exitCode, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
