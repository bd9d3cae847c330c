namespace Awoc.Engine.Launching;

/// <summary>A launch as it came in at some door: everything as the user wrote it.</summary>
public sealed record LaunchOrder
{
    public required string Task { get; init; }
    public string? Output { get; init; }
    public string? Model { get; init; }
    public string? Tokens { get; init; }
    public string? Timeout { get; init; }
    public string? StallTimeout { get; init; }
    public string? MaxCost { get; init; }
    public string? MaxInputTokens { get; init; }
    public string? MaxTurns { get; init; }
    public string? OnBudget { get; init; }
    public string? OnFailure { get; init; }
    public string? Retry { get; init; }
    public string? MaxTotalTokens { get; init; }
    public string? MaxTotalTime { get; init; }
    public string? Permissions { get; init; }

    /// <summary>Requests and answers are to be kept; false leaves it to the settings.</summary>
    public bool Record { get; init; }

    public string? Agent { get; init; }
    public required string Cwd { get; init; }
    public IReadOnlyList<string> Context { get; init; } = [];
    public string? Name { get; init; }
    public string? Group { get; init; }
    public string? Queue { get; init; }
    public string? Priority { get; init; }
    public IReadOnlyList<string> After { get; init; } = [];
    public IReadOnlyList<string> AfterAny { get; init; } = [];
    public IReadOnlyList<string> AfterEnded { get; init; } = [];
    public string? OnUnmet { get; init; }
    public string? At { get; init; }
    public string? In { get; init; }
    public string? Cron { get; init; }
    public string? Zone { get; init; }
    public bool Overwrite { get; init; }
    public bool AllowOutside { get; init; }

    /// <summary>A file with a JSON Schema for the result.</summary>
    public string? Schema { get; init; }

    public bool Strict { get; init; }
    public string? Mends { get; init; }

    /// <summary><c>MODE</c> or <c>MODE:TARGET</c>.</summary>
    public string? Integrate { get; init; }

    public string? ParentSession { get; init; }

    /// <summary>The caller's environment, secrets apart.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>A record prints its members: secrets are to stay out of every log.</summary>
    public override string ToString() => "launch order";
}
