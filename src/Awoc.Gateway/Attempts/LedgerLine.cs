using System.Text.Json.Serialization;
using Awoc.Core.Budgets;

namespace Awoc.Gateway.Attempts;

/// <summary>
/// One line of <c>gateway.jsonl</c>. Five kinds, told apart by their fields: a grant has <see cref="Route"/>, progress
/// <see cref="Seen"/> or <see cref="Unreadable"/>, a settlement <see cref="Usage"/>, a refusal <see cref="Refused"/>, and one with <see cref="Report"/> and
/// no number says that the report has begun.
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

    /// <summary>What the request asked for, where it got less.</summary>
    public long? Asked { get; init; }

    /// <summary>For how long it waited for its turn at the model API before, in milliseconds; absent where it did not.</summary>
    public double? WaitedMs { get; init; }

    /// <summary>It draws on the report's share. Without a number: from here on all do.</summary>
    public bool? Report { get; init; }

    /// <summary>Input tokens as reckoned from the request's length; absent for a route that generates none.</summary>
    public long? InputTokens { get; init; }

    /// <summary>US dollars that the input costs at most; absent where no price is known.</summary>
    public decimal? InputUsd { get; init; }

    /// <summary>US dollars for each generated token; absent where no price is known.</summary>
    public decimal? TokenUsd { get; init; }

    /// <summary>Output tokens the request can generate at most; absent for a route that generates none.</summary>
    public long? Cap { get; init; }

    /// <summary>The answer comes as it is generated; absent where it comes whole.</summary>
    public bool? Stream { get; init; }

    // Progress
    /// <summary>Bytes of a streamed answer that have come through so far.</summary>
    public long? Seen { get; init; }

    /// <summary>The answer cannot be read: what came of it says nothing of what was generated.</summary>
    public bool? Unreadable { get; init; }

    // Settlement
    public int? Status { get; init; }
    public Usage? Usage { get; init; }

    /// <summary>The end was not seen: the output is the cap.</summary>
    public bool? Estimated { get; init; }

    public string? Stop { get; init; }
    public string? Error { get; init; }

    /// <summary>When the limit that the upstream refused it for resets, where it said so.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>Milliseconds from the grant.</summary>
    public double? Ms { get; init; }

    /// <summary>Milliseconds from the grant to the answer's first byte.</summary>
    public double? TtfbMs { get; init; }

    // Refusal
    /// <summary>The limit: <c>tokens</c>, <c>input_tokens</c>, <c>cost</c>, <c>turns</c>; <c>report</c> for a sub-agent during it; <c>price</c> for a model that has none.</summary>
    public string? Refused { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LedgerLine))]
internal sealed partial class LedgerJson : JsonSerializerContext;
