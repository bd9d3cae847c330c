using System.Text.Json.Nodes;
using Awoc.Core.Catalog;

namespace Awoc.Documents.Contracts;

/// <summary>What a JSON result of a type must be, as a JSON Schema.</summary>
public static class JsonContract
{
    /// <summary>A key for each section, with a text, a list or an object that is not empty; null for a type without sections.</summary>
    public static string? SchemaOf(TaskType type)
    {
        if (type.Method.Sections.IsDefaultOrEmpty) return null;
        var properties = new JsonObject();
        foreach (var section in type.Method.Sections)
        {
            properties[section.Key] = new JsonObject
            {
                ["description"] = section.Hint is { } hint ? $"{section.Name}: {hint}" : section.Name,
                ["type"] = new JsonArray("string", "array", "object"),
                ["minLength"] = 1,
                ["pattern"] = @"\S",
                ["minItems"] = 1,
                ["minProperties"] = 1,
            };
        }

        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = $"A result of type {type.Name}",
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = new JsonArray([.. type.Method.Sections.Select(section => (JsonNode)JsonValue.Create(section.Key))]),
        }.ToJsonString();
    }
}
