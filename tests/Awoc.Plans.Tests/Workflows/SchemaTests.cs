using System.Text.Json.Nodes;
using Awoc.Plans.Workflows;
using Awoc.Plans.Workflows.Reading;
using Awoc.Plans.Yaml;
using NJsonSchema;

namespace Awoc.Plans.Tests.Workflows;

/// <summary>The published schema and the reader say the same of a file's shape.</summary>
public sealed class SchemaTests
{
    private static readonly string[] s_values =
    [
        "text", "\"5000\"", "5000", "0", "-1", "1.5", "0.25", "true", "null", "\"\"", "[a, b]", "[1]", "[]", "{}", "{after: a}", "{tokens: 5}", "{any: [a], ended: b}",
        "10m", "1h30m", "soon", "off", "stop", "fail", "auto", "default", "deny", "append", "append:notes.md", "append:", "sideways:x",
        "${inputs.x}", "\"a ${inputs.x} b\"", "\"${ inputs.x }\"", "$${inputs.x}", "2592001", "100000001", "\"10 m\"", "[[a]]", "a", "b", "Öl", "9", "\"a\\nb\"",
    ];

    private static readonly string[] s_senseless = ["there is no such task", "neither a type nor a description", "without blanks"];

    [Fact]
    public void Published_IsMadeOfTheReadersTable() => SourceTree.AssertSame(SchemaDocument.Path, SchemaDocument.Text, "AWOC_WRITE_SCHEMAS");

    [Fact]
    public async Task Corpus_ShapeOfEachFile_IsJudgedAlike()
    {
        var schema = await JsonSchema.FromJsonAsync(SchemaDocument.Text);
        Assert.All(Corpus.Valid, file => Assert.True(Judge(schema, file.Text) is { Schema: true, Reader: true }, $"{file.Name}\n{Told(schema, file.Text)}"));
        Assert.All(Corpus.Misshapen, file => Assert.True(Judge(schema, file.Text) is { Schema: false, Reader: false }, $"{file.Name}\n{Told(schema, file.Text)}"));
        Assert.All(Corpus.Senseless, file => Assert.True(Judge(schema, file.Text) is { Schema: true, Reader: false }, $"{file.Name}\n{Told(schema, file.Text)}"));
    }

    /// <summary>Every field with every value of a long list: what one of the two takes the other takes.</summary>
    [Fact]
    public async Task EveryField_EveryValue_IsJudgedAlike()
    {
        var schema = await JsonSchema.FromJsonAsync(SchemaDocument.Text);
        List<string> parted = [];
        foreach (var text in Files())
        {
            if (Judge(schema, text, senseToo: false) is var (bySchema, byReader) && bySchema != byReader) parted.Add($"{text}\n{Told(schema, text)}");
        }

        Assert.True(parted.Count == 0, $"{parted.Count} parted:\n{string.Join("\n\n", parted.Take(5))}");
    }

    private static IEnumerable<string> Files()
    {
        var task = WorkflowFields.Own.Concat(WorkflowFields.Shared).Select(f => f.Name).Concat(WorkflowFields.Structured.Select(f => f.Name));
        foreach (var value in s_values)
        {
            foreach (var field in task.Where(f => f != "when"))
            {
                var described = field == "description" ? "" : "description: do";
                yield return $"name: w\ninputs: {{x: 1}}\ntasks:\n  a: {{type: custom}}\n  b: {{type: custom}}\n  c:\n    {field}: {value}\n    {described}\n";
            }

            foreach (var field in task) yield return $"name: w\ninputs: {{x: 1}}\ndefaults:\n  {field}: {value}\ntasks: {{a: {{type: custom}}, b: {{type: custom}}}}\n".Replace("when: text", "when: 5", StringComparison.Ordinal);
            foreach (var field in WorkflowFields.Limits) yield return $"name: w\ninputs: {{x: 1}}\ntasks: {{a: {{type: custom, budget: {{{field.Name}: {value}}}}}}}\n";
            foreach (var field in WorkflowFields.RunLimits.Select(f => f.Name).Append("timeout")) yield return $"name: w\ninputs: {{x: 1}}\nbudget: {{{field}: {value}}}\ntasks: {{a: {{type: custom}}}}\n";
            foreach (var field in WorkflowFields.Input) yield return $"name: w\ninputs: {{x: {{{field.Name}: {value}}}}}\ntasks: {{a: {{type: custom}}}}\n";
            foreach (var field in WorkflowFields.Root.Select(f => f.Name).Where(f => f is not ("tasks" or "name" or "defaults"))) yield return $"name: w\n{field}: {value}\ntasks: {{a: {{type: custom}}}}\n";
            yield return $"name: {value}\ntasks: {{a: {{type: custom}}}}\n";
            yield return $"name: w\ntasks: {value}\n";
            yield return $"name: w\ntasks: {{a: {value}}}\n".Replace("{a: {}}", "{a: {type: custom}}", StringComparison.Ordinal);
            yield return $"name: w\ntasks: {{a: {{type: custom}}, {(value[0] is '[' or '{' ? "b" : value)}: {{type: custom}}}}\n";
        }
    }

    /// <param name="senseToo">False leaves out what a schema cannot see.</param>
    private static (bool Schema, bool Reader) Judge(JsonSchema schema, string text, bool senseToo = true)
    {
        var reading = WorkflowReader.Read(text);
        var root = YamlSource.Read(text).Root;
        var json = root is null || HasTwice(root) ? null : YamlAsJson.Of(root)?.ToJsonString();
        return (json is not null && schema.Validate(json).Count == 0, reading.Faults.All(f => !senseToo && s_senseless.Any(word => f.What.Contains(word, StringComparison.Ordinal))));
    }

    private static bool HasTwice(YamlPiece piece) => piece switch
    {
        YamlPiece.Map map => map.Entries.Select(e => (e.Key as YamlPiece.Scalar)?.Value).Distinct().Count() < map.Entries.Count || map.Entries.Any(e => HasTwice(e.Value)),
        YamlPiece.List list => list.Items.Any(HasTwice),
        _ => false,
    };

    private static string Told(JsonSchema schema, string text) =>
        $"reader: {string.Join("; ", WorkflowReader.Read(text).Faults)}\nschema: {(YamlSource.Read(text).Root is { } root && !HasTwice(root) ? string.Join("; ", schema.Validate(YamlAsJson.Of(root)?.ToJsonString() ?? "null")) : "(not asked)")}";
}
