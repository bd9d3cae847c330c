using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Awoc.Core;
using Awoc.Core.Agents;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Endings;

/// <summary>
/// The content of an attempt's <c>evidence.json</c>: all that its verdict was made from, and the verdict. No part of it is
/// read again by AWOC; it is for whoever doubts the verdict.
/// </summary>
public sealed record EndEvidence
{
    public const string FileName = "evidence.json";

    private const int LongestWords = 2000;

    /// <summary>For people: an apostrophe stays one. The file is never put into a page as it is.</summary>
    private static readonly EvidenceJson s_readable =
        new(new JsonSerializerOptions(EvidenceJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public string Schema { get; init; } = "awoc-evidence-v1";
    public required string Task { get; init; }
    public required int Attempt { get; init; }
    public required string Agent { get; init; }

    /// <summary>The shim's record; null when it died without one, or was never started.</summary>
    public ShimExit? Shim { get; init; }

    /// <summary>The agent's last end event, its answer cut to 2000 characters; null when its stream has none.</summary>
    public AgentEvent.End? End { get; init; }

    /// <summary>The agent's own word for its last failed model call.</summary>
    public string? ErrorClass { get; init; }
    public string? CutCall { get; init; }
    public string? SubAgentError { get; init; }
    public AgentEvent.Limit? Limit { get; init; }

    /// <summary>The last 2000 characters of standard error.</summary>
    public string? Stderr { get; init; }

    /// <summary>Null for an attempt that never had a place at the gateway.</summary>
    public GatewayRecord? Gateway { get; init; }

    public required TaskOutcome Outcome { get; init; }
    public EndReason? Reason { get; init; }
    public required TaskResult Result { get; init; }
    public string? Detail { get; init; }

    private static string Cut(string words) => words.Length <= LongestWords ? words : words[..LongestWords];

    public static EndEvidence Of(AgentTask task, AttemptEnd end, TaskEnding ending) => new()
    {
        Task = task.Id.Value,
        Attempt = task.Attempt,
        Agent = task.Spec.Agent,
        Shim = end.Exit,
        End = end.Evidence.End is { } said ? said with { Answer = Cut(said.Answer), StructuredOutput = said.StructuredOutput is { } output ? Cut(output) : null } : null,
        ErrorClass = end.Evidence.ErrorClass,
        CutCall = end.Evidence.CutCall,
        SubAgentError = end.Evidence.SubAgentError,
        Limit = end.Evidence.Limit,
        Stderr = end.Evidence.StderrTail is { Length: > 0 } words ? words[Math.Max(0, words.Length - LongestWords)..] : null,
        Gateway = end.Evidence.Gateway,
        Outcome = ending.Outcome,
        Reason = ending.Reason,
        Result = ending.Result,
        Detail = ending.Detail,
    };

    /// <exception cref="IOException">There is no room.</exception>
    public void Write(AttemptFolder attempt) => DurableFile.Write(
        attempt.Path, FileName, JsonSerializer.SerializeToUtf8Bytes(this, s_readable.EndEvidence));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    Converters =
    [
        typeof(SnakeCaseConverter<TaskOutcome>), typeof(SnakeCaseConverter<TaskResult>), typeof(SnakeCaseConverter<EndReason>),
        typeof(SnakeCaseConverter<LadderAction>),
    ])]
[JsonSerializable(typeof(EndEvidence))]
internal sealed partial class EvidenceJson : JsonSerializerContext;
