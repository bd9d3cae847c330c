namespace Awoc.Core.Integration;

/// <summary>One integration that was carried out: what its undoing and its repetition need to know.</summary>
public sealed record IntegrationRecord
{
    /// <summary>Counted within the task, from 1.</summary>
    public required int Number { get; init; }

    public required IntegrationMode Mode { get; init; }

    /// <summary>Absolute path of the file that was written, links followed.</summary>
    public required string Target { get; init; }

    /// <summary>SHA-256 in lower-case hex of the target before; null when it did not exist.</summary>
    public string? ShaBefore { get; init; }

    public required string ShaAfter { get; init; }

    /// <summary>SHA-256 of the result that was brought in.</summary>
    public required string ResultSha { get; init; }

    /// <summary>Absolute path of the copy of the target as it was; null when it did not exist.</summary>
    public string? Backup { get; init; }

    public required IntegrationQuality Quality { get; init; }
}
