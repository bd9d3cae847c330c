namespace Awoc.Client.Wire;

/// <summary>What <c>awoc retry</c> sends: an ended task goes on, under the same id. Values are as the user wrote them.</summary>
public sealed record RetryRequest
{
    /// <summary><c>resume</c>, <c>restart</c> or <c>reduce</c>; null resumes what did not succeed and starts anew what did.</summary>
    public string? Mode { get; init; }

    /// <summary>Total running time: seconds, or a duration.</summary>
    public string? ExtendTimeout { get; init; }

    /// <summary>Further running time; null is that of the launch.</summary>
    public string? Timeout { get; init; }

    /// <summary>Further tokens; null is the budget of the launch.</summary>
    public string? Tokens { get; init; }

    /// <summary>How long the next attempt waits; null starts it at once.</summary>
    public string? Defer { get; init; }

    /// <summary>The caller's secret variables: those that the task was launched with are taken anew. Kept in memory only.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>A record prints its members: secrets are to stay out of every log.</summary>
    public override string ToString() => $"retry ({Mode ?? "default"})";
}

/// <summary>What <c>awoc recover</c> sends.</summary>
public sealed record RecoverRequest
{
    /// <summary><c>use</c>, <c>resume</c> or <c>reduce</c>.</summary>
    public required string Choice { get; init => field = value ?? ""; }

    /// <summary>With <c>use</c>: a file that stands at OUTPUT may be replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>As in <see cref="RetryRequest.Secrets"/>.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>A record prints its members: secrets are to stay out of every log.</summary>
    public override string ToString() => $"recover ({Choice})";
}
