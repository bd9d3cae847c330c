using System.Text.Json.Nodes;

namespace Awoc.Documents.Contracts.Json;

/// <summary>One schema object on the way to the words that the validator takes rightly.</summary>
internal sealed class WrittenSchema
{
    public JsonObject Keywords { get; } = [];

    /// <summary>Null for any.</summary>
    public List<string>? Types { get; set; }

    /// <summary>Names that an object must have.</summary>
    public JsonArray? Required { get; set; }

    /// <summary>Schemas that must hold as well.</summary>
    public List<JsonNode> All { get; } = [];

    public JsonObject Whole()
    {
        if (Types is [var only]) Keywords["type"] = only;
        else if (Types is { } several) Keywords["type"] = new JsonArray([.. several.Select(name => (JsonNode)JsonValue.Create(name))]);

        if (Required is { } names)
        {
            // The validator asks it of what is no object too.
            if (Types is ["object"]) Keywords["required"] = names;
            else All.Add(new JsonObject { ["anyOf"] = new JsonArray(Not("object"), new JsonObject { ["type"] = "object", ["required"] = names }) });
        }

        if (All.Count == 0) return Keywords;
        if (Keywords.Count == 0 && All is [JsonObject alone]) return alone;
        // Beside one reference alone the validator overlooks other keywords.
        if (All.Count == 1) All.Add(new JsonObject());
        Keywords["allOf"] = new JsonArray([.. All]);
        return Keywords;
    }

    private static JsonObject Not(string type) => new() { ["not"] = new JsonObject { ["type"] = type } };
}
