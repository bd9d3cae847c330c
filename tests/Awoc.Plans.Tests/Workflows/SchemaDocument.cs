using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Awoc.Core.Budgets;
using Awoc.Plans.Workflows;

namespace Awoc.Plans.Tests.Workflows;

/// <summary>The published schema, made of the table that the reader is made of.</summary>
internal static class SchemaDocument
{
    public const string Path = "docs/schemas/workflow.schema.json";

    private const string Template = "#/definitions/template";

    public static string Text { get; } = Root().ToJsonString(new JsonSerializerOptions
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    }) + "\n";

    private static JsonObject Root() => new()
    {
        ["$schema"] = "http://json-schema.org/draft-07/schema#",
        ["title"] = "An AWOC workflow",
        ["description"] = "Tasks for background agents and what each waits for. Run it with: awoc workflow run FILE",
        ["type"] = "object",
        ["required"] = new JsonArray("name", "tasks"),
        ["additionalProperties"] = false,
        ["properties"] = Object(WorkflowFields.Root.Select(f => (f.Name, Says(RootValue(f.Name), f.Says)))),
        ["definitions"] = new JsonObject
        {
            ["template"] = new JsonObject
            {
                ["type"] = "string",
                ["description"] = "An input of the workflow stands in for the value.",
                ["pattern"] = "(?:^|[^$])\\$\\{inputs\\.[A-Za-z0-9_-]+\\}",
            },
            ["key"] = Value(WorkflowFields.Key, templates: false),
            ["keys"] = OneOrMore(new JsonObject { ["$ref"] = "#/definitions/key" }),
            ["files"] = OneOrMore(Value(WorkflowFields.Path, templates: true)),
            ["input"] = Closed(WorkflowFields.Input.Select(f => (f.Name, Says(InputValue(f.Name), f.Says)))),
            ["limits"] = Closed(WorkflowFields.Limits.Select(Field)),
            ["needs"] = Closed(WorkflowFields.Needs.Select(f => (f.Name, Says(Reference("keys"), f.Says)))),
            ["task"] = Closed(WorkflowFields.Own.Concat(WorkflowFields.Shared).Select(Field).Concat(
                WorkflowFields.Structured.Select(f => (f.Name, Says(StructuredValue(f.Name), f.Says))))),
            ["defaults"] = Closed(WorkflowFields.Shared.Select(Field).Concat(
                WorkflowFields.Structured.Where(f => f.Name is "context" or "inputs" or "budget").Select(f => (f.Name, Says(StructuredValue(f.Name), f.Says))))),
        },
    };

    private static JsonObject RootValue(string name) => name switch
    {
        "name" => Value(WorkflowFields.Name, templates: false),
        "description" => Value(WorkflowFields.Description, templates: false),
        "inputs" => Keyed(new JsonObject { ["anyOf"] = new JsonArray(Reference("input"), new JsonObject { ["type"] = new JsonArray("string", "number", "boolean", "null") }) }),
        "defaults" => Reference("defaults"),
        "budget" => Closed(WorkflowFields.RunLimits.Select(Field)),
        "tasks" => With(Keyed(Reference("task")), ("minProperties", 1), ("maxProperties", WorkflowFields.MostTasks)),
        _ => throw new InvalidOperationException(name),
    };

    private static JsonObject InputValue(string name) => name switch
    {
        "description" => Value(WorkflowFields.Description, templates: false),
        "default" => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
        "required" => new JsonObject { ["type"] = "boolean" },
        _ => throw new InvalidOperationException(name),
    };

    private static JsonObject StructuredValue(string name) => name switch
    {
        "context" or "inputs" => Reference("files"),
        "needs" => new JsonObject { ["anyOf"] = new JsonArray(Reference("keys"), Reference("needs")) },
        "when" => Value(WorkflowFields.Condition, templates: false),
        "budget" => Reference("limits"),
        _ => throw new InvalidOperationException(name),
    };

    private static (string, JsonObject) Field(WorkflowField field) => (field.Name, Says(Value(field.Rule, templates: true), field.Says));

    private static JsonObject Value(FieldRule rule, bool templates)
    {
        var value = rule switch
        {
            FieldRule.Text text => With(
                new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = text.Longest },
                [.. text.Pattern is { } pattern ? [("pattern", pattern)] : (ImmutableArray<(string, JsonNode)>)[]]),
            FieldRule.Whole whole => new JsonObject { ["type"] = "integer", ["minimum"] = whole.Least, ["maximum"] = whole.Most },
            FieldRule.Money => new JsonObject { ["type"] = "number", ["minimum"] = 0.000001, ["maximum"] = 1_000_000 },
            FieldRule.Time time => new JsonObject
            {
                ["anyOf"] = new JsonArray(
                    new JsonObject { ["type"] = "integer", ["minimum"] = time.Off ? 0 : 1, ["maximum"] = Budget.MaxTimeoutSeconds },
                    new JsonObject { ["type"] = "string", ["pattern"] = FieldRule.Time.Pattern },
                    time.Off ? new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("off") } : new JsonObject { ["$ref"] = Template }),
            },
            FieldRule.Word word => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. word.Words.Select(w => (JsonNode)w)]) },
            FieldRule.Truth => new JsonObject { ["type"] = "boolean" },
            _ => throw new InvalidOperationException(rule.ToString()),
        };
        return !templates || rule is FieldRule.Text { Pattern: null } ? value : new JsonObject { ["anyOf"] = new JsonArray(value, new JsonObject { ["$ref"] = Template }) };
    }

    private static JsonObject OneOrMore(JsonObject item) =>
        new() { ["anyOf"] = new JsonArray(item, new JsonObject { ["type"] = "array", ["items"] = item.DeepClone() }) };

    private static JsonObject Keyed(JsonObject value) => new()
    {
        ["type"] = "object",
        ["patternProperties"] = new JsonObject { [WorkflowFields.KeyPattern] = value },
        ["additionalProperties"] = false,
    };

    private static JsonObject Closed(IEnumerable<(string, JsonObject)> properties) =>
        new() { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = Object(properties) };

    private static JsonObject Reference(string definition) => new() { ["$ref"] = $"#/definitions/{definition}" };

    /// <summary>A reference takes nothing beside it in this draft: an editor shows the words all the same, and a validator leaves them out.</summary>
    private static JsonObject Says(JsonObject value, string says) => value.ContainsKey("$ref")
        ? new JsonObject { ["description"] = says, ["allOf"] = new JsonArray(value) }
        : new JsonObject([KeyValuePair.Create("description", (JsonNode?)says), .. value.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))]);

    private static JsonObject With(JsonObject value, params (string Name, JsonNode Value)[] more)
    {
        foreach (var (name, node) in more) value[name] = node;
        return value;
    }

    private static JsonObject Object(IEnumerable<(string Name, JsonObject Value)> properties) =>
        new(properties.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)p.Value)));
}
