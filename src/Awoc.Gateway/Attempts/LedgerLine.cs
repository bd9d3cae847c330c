using System.Text.Json.Serialization;
using Awoc.Core.Budgets;

namespace Awoc.Gateway.Attempts;

/// <summary>
/// One line of <c>gateway.jsonl</c>. Four kinds, told apart by their fields: a grant has <see cref="Route"/>, progress
/// <see cref="Seen"/>, a settlement <see cref="Usage"/>, a refusal <see cref="Refused"/>.
/// </summary>
internal sealed record LedgerLine
{
    /// <summary>The request's number within the attempt, from 1; grant and settlement share it. Absent in a refusal.</summary>
    public int? N { get; init; }

    public DateTimeOffset At { get; init; }

    // Grant
    public string? Route { get; init; }
    public string? Model { get; init; }

    /// <summary>Sub-agent that asked, by its own id; absent for the main thread.</summary>
    public string? Agent { get; init; }

    /// <summary>Output tokens the request can generate at most; 0 for a route that generates none.</summary>
    public long? Cap { get; init; }

    /// <summary>The answer comes as it is generated; absent where it comes whole.</summary>
    public bool? Stream { get; init; }

    // Progress
    /// <summary>Bytes of a streamed answer that have come through so far.</summary>
    public long? Seen { get; init; }

    // Settlement
    public int? Status { get; init; }
    public Usage? Usage { get; init; }

    /// <summary>The end was not seen: the output is the cap.</summary>
    public bool? Estimated { get; init; }

    public string? Stop { get; init; }
    public string? Error { get; init; }

    /// <summary>Milliseconds from the grant.</summary>
    public double? Ms { get; init; }

    /// <summary>Milliseconds from the grant to the answer's first byte.</summary>
    public double? TtfbMs { get; init; }

    // Refusal
    /// <summary><c>budget</c>, or absent.</summary>
    public string? Refused { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LedgerLine))]
internal sealed partial class LedgerJson : JsonSerializerContext;
