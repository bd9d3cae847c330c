using System.Text.Json;
using Awoc.Rehearsal.Scenarios;

namespace Awoc.Rehearsal.Messages;

/// <summary>
/// The models endpoint. Any model name is served, for clients choose their own; listed are those that mean something here and
/// the families that clients look for.
/// </summary>
internal static class ModelList
{
    public const string ScenarioPrefix = "rehearsal/";
    private static readonly string[] s_general = ["rehearsal", "claude-opus-4-8", "claude-sonnet-5", "claude-haiku-4-5"];

    public static bool Knows(string id, IEnumerable<ScenarioSource> scenarios) =>
        Ids(scenarios).Contains(id) || id.StartsWith("claude-", StringComparison.Ordinal);

    public static void Write(Utf8JsonWriter writer, IEnumerable<ScenarioSource> scenarios)
    {
        var ids = Ids(scenarios).ToList();
        writer.WriteStartObject();
        writer.WriteStartArray("data");
        foreach (var id in ids) WriteOne(writer, id);
        writer.WriteEndArray();
        writer.WriteString("first_id", ids[0]);
        writer.WriteBoolean("has_more", false);
        writer.WriteString("last_id", ids[^1]);
        writer.WriteEndObject();
    }

    public static void WriteOne(Utf8JsonWriter writer, string id)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "model");
        writer.WriteString("id", id);
        writer.WriteString("display_name", id.StartsWith("rehearsal", StringComparison.Ordinal) ? $"AWOC {id}" : id);
        writer.WriteString("created_at", "2026-01-01T00:00:00Z");
        writer.WriteEndObject();
    }

    private static IEnumerable<string> Ids(IEnumerable<ScenarioSource> scenarios) =>
        s_general.Concat(scenarios.Select(s => ScenarioPrefix + s.Name));
}
