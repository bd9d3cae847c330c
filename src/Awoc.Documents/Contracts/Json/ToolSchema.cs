using System.Text;
using System.Text.Json;

namespace Awoc.Documents.Contracts.Json;

/// <summary>A schema as the input of a tool of a model: what other validators may stumble over, and says nothing of what is valid, is left out.</summary>
internal static class ToolSchema
{
    /// <summary>Null where the schema is not plainly an object's.</summary>
    public static string? Of(LinedJson root)
    {
        if (root["type"] is not { Kind: JsonTokenType.String, Text: "object" }) return null;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) Write(json, root, isSchema: true);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <param name="isSchema">Its keys are keywords, not names of properties.</param>
    private static void Write(Utf8JsonWriter json, LinedJson value, bool isSchema)
    {
        switch (value.Kind)
        {
            case JsonTokenType.StartObject:
                json.WriteStartObject();
                foreach (var (name, _, member) in value.Members)
                {
                    if (isSchema && IsLeftOut(name)) continue;
                    json.WritePropertyName(name);
                    Write(json, member, !(isSchema && name is "properties" or "patternProperties" or "$defs" or "definitions"));
                }

                json.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                json.WriteStartArray();
                foreach (var item in value.Items) Write(json, item, isSchema: true);
                json.WriteEndArray();
                break;
            case JsonTokenType.String:
                json.WriteStringValue(value.Text);
                break;
            case JsonTokenType.Number:
                json.WriteRawValue(value.Text);
                break;
            case JsonTokenType.Null:
                json.WriteNullValue();
                break;
            default:
                json.WriteBooleanValue(value.Kind == JsonTokenType.True);
                break;
        }
    }

    private static bool IsLeftOut(string name) =>
        name.StartsWith("x-", StringComparison.Ordinal) || name is not ("title" or "description") && SchemaKeywords.Annotations.Contains(name);
}
