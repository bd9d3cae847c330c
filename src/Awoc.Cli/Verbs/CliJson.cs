using System.Text.Json.Serialization;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>What <c>awoc output --json</c> prints.</summary>
internal sealed record OutputJson(string Id, string State, string? Outcome, string Result, string? Path, string? PartialResults, bool? Rehearsal);

/// <summary>What <c>awoc daemon status --json</c> prints; with <c>running</c> false only the first three.</summary>
internal sealed record DaemonJson(
    bool Running, string Home, string Socket, int? Pid = null, string? Version = null, DateTimeOffset? StartedAt = null,
    int? Attempts = null, long? Queued = null, int? Limit = null)
{
    public static DaemonJson Of(HealthView health) =>
        new(true, health.Home, health.Socket, health.Pid, health.Version, health.StartedAt, health.Running, health.Queued, health.Limit);
}

/// <summary>What <c>awoc config path --json</c> prints.</summary>
internal sealed record ConfigPathJson(string UserFile);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OutputJson))]
[JsonSerializable(typeof(DaemonJson))]
[JsonSerializable(typeof(ConfigPathJson))]
[JsonSerializable(typeof(DoctorJson))]
internal sealed partial class CliJson : JsonSerializerContext;
