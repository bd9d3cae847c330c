using System.Text.Json;
using Awoc.Rehearsal.Messages;

namespace Awoc.Rehearsal.Planner;

/// <summary>
/// Agents that ask for output by a JSON schema offer it as a tool that must be called at the end (Claude Code names it
/// StructuredOutput). The planner answers with the smallest instance of the schema.
/// </summary>
internal static class StructuredOutput
{
    private const string ToolName = "StructuredOutput";
    private const int MaxDepth = 8;

    /// <summary>The call, unless no such tool is offered or it was called already.</summary>
    public static Reply? Answer(Conversation conversation)
    {
        var tool = conversation.Request.CallableTools.FirstOrDefault(t => t.Name == ToolName);
        if (tool?.Schema is not { } schema || conversation.Calls.Any(c => c.Tool == ToolName)) return null;
        var input = System.Text.Encoding.UTF8.GetString(WireFormat.Json(w => Write(w, schema, MaxDepth)));
        return new Reply([new ReplyBlock.ToolUse(ToolName, input)]);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement schema, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth == 0)
        {
            writer.WriteStringValue("rehearsed");
            return;
        }

        if (schema.TryGetProperty("const", out var constant)) constant.WriteTo(writer);
        else if (schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array && values.GetArrayLength() > 0) values[0].WriteTo(writer);
        else if (Variant(schema) is { } variant) Write(writer, variant, depth - 1);
        else WriteTyped(writer, schema, depth);
    }

    private static void WriteTyped(Utf8JsonWriter writer, JsonElement schema, int depth)
    {
        switch (TypeOf(schema))
        {
            case "object":
                writer.WriteStartObject();
                if (schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
                {
                    foreach (var property in properties.EnumerateObject())
                    {
                        writer.WritePropertyName(property.Name);
                        Write(writer, property.Value, depth - 1);
                    }
                }

                writer.WriteEndObject();
                break;
            case "array":
                writer.WriteStartArray();
                var count = schema.TryGetProperty("minItems", out var min) && min.TryGetInt32(out var n) ? Math.Min(n, 100) : 0;
                for (var i = 0; i < count; i++) Write(writer, schema.TryGetProperty("items", out var items) ? items : default, depth - 1);
                writer.WriteEndArray();
                break;
            case "integer" or "number":
                if (schema.TryGetProperty("minimum", out var minimum)) minimum.WriteTo(writer);
                else writer.WriteNumberValue(0);
                break;
            case "boolean":
                writer.WriteBooleanValue(false);
                break;
            case "null":
                writer.WriteNullValue();
                break;
            default:
                var length = schema.TryGetProperty("minLength", out var shortest) && shortest.TryGetInt32(out var l) ? Math.Min(l, 1000) : 0;
                writer.WriteStringValue("rehearsed".PadRight(length, '.'));
                break;
        }
    }

    private static JsonElement? Variant(JsonElement schema)
    {
        foreach (var name in new[] { "anyOf", "oneOf", "allOf" })
            if (schema.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0) return list[0];
        return null;
    }

    private static string? TypeOf(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var type)) return schema.TryGetProperty("properties", out _) ? "object" : null;
        if (type.ValueKind == JsonValueKind.Array && type.GetArrayLength() > 0) type = type[0];
        return type.ValueKind == JsonValueKind.String ? type.GetString() : null;
    }
}
