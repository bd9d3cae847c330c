using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Awoc.Documents.Contracts.Json;

/// <summary>
/// Reads a JSON Schema and refuses what would not be enforced. What the validator takes otherwise than the draft says is written in words
/// that it takes rightly; nothing is fetched, whatever a reference says.
/// </summary>
public sealed partial class SchemaReader
{
    /// <summary>In bytes.</summary>
    public const int LongestSchema = 256 * 1024;

    private const int MostFaults = 20;
    private const string Draft07 = "http://json-schema.org/draft-07/schema";

    private static readonly string[] s_drafts =
        ["https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2019-09/schema", Draft07];

    private readonly string _file;
    private readonly LinedJson _root;
    private readonly List<DocumentFault> _faults = [];
    private readonly HashSet<(int, string)> _said = [];
    private readonly Dictionary<LinedJson, Definition> _definitions = [];
    private readonly Queue<Definition> _unread = [];
    private readonly HashSet<LinedJson> _read = [];
    private bool _isDraft07;

    private SchemaReader(LinedJson root, string file) => (_root, _file) = (root, file);

    /// <param name="file">As the user knows it, for the faults.</param>
    public static SchemaReading Read(ReadOnlySpan<byte> schema, string file)
    {
        if (schema.Length > LongestSchema)
            return Refused(new DocumentFault(file, null, $"a schema of at most {LongestSchema / 1024} kB, this one has {schema.Length / 1024} kB"));
        if (JsonText.WithoutMark(schema).Trim(" \t\r\n"u8).IsEmpty) return Refused(new DocumentFault(file, null, "it is empty: a JSON Schema is a JSON object"));
        return LinedJson.Parse(schema, file, out var fault) is { } root ? new SchemaReader(root, file).Read() : Refused(fault!);
    }

    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, string)"/>
    public static SchemaReading Read(string schema, string file) => Read(Encoding.UTF8.GetBytes(schema), file);

    private static SchemaReading.Refused Refused(DocumentFault fault) => new([fault]);

    private SchemaReading Read()
    {
        if (_root["$schema"] is { } draft)
        {
            var name = draft.Text.TrimEnd('#');
            if (!s_drafts.Contains(name, StringComparer.Ordinal)) Fault(draft.Line, "$schema", $"\"{Shown(draft.Text)}\" is not known here: draft 2020-12 is, {s_drafts[0]}");
            _isDraft07 = name == Draft07;
        }

        var home = new Definition("", _root, 0);
        var written = Write(_root, home, inPlace: true);
        while (_unread.TryDequeue(out var definition)) definition.Written = Write(definition.Schema, definition, inPlace: true);
        FindCircles();
        if (_faults.Count > 0) return new SchemaReading.Refused([.. _faults.OrderBy(fault => fault.Line).Take(MostFaults)]);

        // The validator resolves nothing below a root that is a reference itself.
        if (written.ContainsKey("$ref")) written = new JsonObject { ["allOf"] = new JsonArray(written, new JsonObject()) };
        var tools = ToolSchema.Of(_root);
        if (_definitions.Count == 0) return new SchemaReading.Valid(written.ToJsonString(), tools);
        var all = new JsonObject();
        foreach (var definition in _definitions.Values) all.Add(definition.Name, definition.Written);
        written["definitions"] = all;
        return new SchemaReading.Valid(written.ToJsonString(), tools);
    }

    /// <param name="inPlace">It applies to the same value as the definition it stands in, not to a part of it.</param>
    private JsonObject Write(LinedJson schema, Definition home, bool inPlace)
    {
        _read.Add(schema);
        if (schema.IsBoolean) return schema.Kind == JsonTokenType.True ? [] : new JsonObject { ["not"] = new JsonObject() };
        if (!schema.IsObject)
        {
            Fault(schema.Line, null, "a schema is an object, true or false");
            return [];
        }

        var written = new WrittenSchema();
        foreach (var (name, line, value) in schema.Members) Keyword(schema, name, line, value, written, home, inPlace);
        return written.Whole();
    }

    private void Keyword(LinedJson schema, string name, int line, LinedJson value, WrittenSchema to, Definition home, bool inPlace)
    {
        switch (name)
        {
            case "type":
                if (TypeNames(value) is { } types) to.Types = types;
                break;
            case "enum":
                if (value is { IsArray: true, Items.Count: > 0 }) Enumeration(value.Items, name, to);
                else Fault(line, name, "takes a list of at least one value");
                break;
            case "const":
                Enumeration([value], name, to);
                break;
            case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf":
                if (Number(value, name) is { } number)
                {
                    if (name == "multipleOf" && number <= 0) Fault(line, name, "takes a number above 0");
                    to.Keywords[name] = JsonValue.Create(number);
                }

                break;
            case "minLength" or "maxLength" or "minItems" or "minProperties":
                if (Count(value, name) is { } least) to.Keywords[name] = JsonValue.Create(least);
                break;
            case "maxItems" or "maxProperties":
                if (Count(value, name) is { } most) AtMost(name, most, to);
                break;
            case "pattern":
                if (value.Kind != JsonTokenType.String) Fault(line, name, "takes a regular expression");
                else if (IsPattern(value, name)) to.Keywords[name] = JsonValue.Create(value.Text);
                break;
            case "format":
                if (value.Kind == JsonTokenType.String && SchemaKeywords.Formats.Contains(value.Text)) to.Keywords[name] = JsonValue.Create(value.Text);
                else Fault(line, name, $"\"{Shown(value.Text)}\" is not checked: {string.Join(", ", SchemaKeywords.Formats.Order(StringComparer.Ordinal))} are; use pattern");
                break;
            case "uniqueItems":
                Unique(schema, value, line, to);
                break;
            case "items":
                if (value.IsArray) Fault(line, name, "takes one schema for all elements (a list of schemas is prefixItems since draft 2020-12, and not enforced)");
                else to.Keywords[name] = Write(value, home, inPlace: false);
                break;
            case "additionalProperties":
                to.Keywords[name] = value.Kind == JsonTokenType.False ? JsonValue.Create(false) : Write(value, home, inPlace: false);
                break;
            case "properties" or "patternProperties":
                PropertySchemas(name, line, value, to, home);
                break;
            case "required":
                Required(value, line, to);
                break;
            case "allOf" or "anyOf" or "oneOf":
                Several(name, line, value, to, home, inPlace);
                break;
            case "not":
                to.Keywords[name] = Write(value, home, inPlace);
                break;
            case "$ref":
                Reference(schema, line, value, to, home, inPlace);
                break;
            case "$defs" or "definitions":
                if (!value.IsObject) Fault(line, name, "takes an object of schemas");
                // Read here so that a slip in one that nobody refers to is seen too.
                foreach (var (_, _, held) in value.Members)
                {
                    if (!_read.Contains(held) && !_definitions.ContainsKey(held)) Define(held, held.Line);
                }

                break;
            case "$id" when !ReferenceEquals(schema, _root):
                Fault(line, name, "is taken at the top of the schema alone: below it changes what references mean");
                break;
            default:
                if (!SchemaKeywords.Annotations.Contains(name) && !name.StartsWith("x-", StringComparison.Ordinal)) Unknown(name, line);
                break;
        }
    }

    private void Unknown(string name, int line)
    {
        if (SchemaKeywords.Unenforced.TryGetValue(name, out var instead))
            Fault(line, name, $"is not enforced by the validator, and nothing is ignored here{(instead is null ? "" : $": {instead}")}");
        else
            Fault(line, name, "is no keyword of JSON Schema draft 2020-12 (a slip of the hand would be ignored); begin your own with x-");
    }

    private List<string>? TypeNames(LinedJson value)
    {
        IReadOnlyList<LinedJson> names = value.IsArray ? value.Items : [value];
        if (names.Count > 0 && names.All(name => name.Kind == JsonTokenType.String && SchemaKeywords.Types.Contains(name.Text)))
            return [.. names.Select(name => name.Text).Distinct()];
        Fault(value.Line, "type", $"takes one or more of {string.Join(", ", SchemaKeywords.Types.Order(StringComparer.Ordinal))}");
        return null;
    }

    /// <summary>The validator compares texts: 1 and "1" are one to it, so each kind of value stands with its type.</summary>
    private void Enumeration(IReadOnlyList<LinedJson> values, string keyword, WrittenSchema to)
    {
        var parts = new List<JsonNode>();
        foreach (var kind in values.GroupBy(value => value.IsBoolean ? JsonTokenType.True : value.Kind))
        {
            switch (kind.Key)
            {
                case JsonTokenType.String when kind.Any(value => LooksLikeDate(value.Text)):
                    // The validator reads such a text as a time, and finds it unlike itself.
                    parts.Add(new JsonObject { ["type"] = "string", ["pattern"] = $@"\A(?:{string.Join('|', kind.Select(value => Regex.Escape(value.Text)))})\z" });
                    break;
                case JsonTokenType.String:
                    parts.Add(new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. kind.Select(value => JsonValue.Create(value.Text))]) });
                    break;
                case JsonTokenType.Number:
                    parts.Add(new JsonObject { ["type"] = "number", ["enum"] = new JsonArray([.. kind.Select(value => JsonValue.Create(Number(value, keyword) ?? 0))]) });
                    break;
                case JsonTokenType.True:
                    parts.Add(new JsonObject { ["type"] = "boolean", ["enum"] = new JsonArray([.. kind.Select(value => JsonValue.Create(value.Kind == JsonTokenType.True))]) });
                    break;
                case JsonTokenType.Null:
                    parts.Add(new JsonObject { ["type"] = "null" });
                    break;
                default:
                    Fault(kind.First().Line, keyword, "takes texts, numbers, true, false and null: objects and lists are not compared by the validator");
                    break;
            }
        }

        if (parts.Count == 1) to.All.Add(parts[0]);
        else if (parts.Count > 1) to.All.Add(new JsonObject { ["anyOf"] = new JsonArray([.. parts]) });
    }

    private decimal? Number(LinedJson value, string keyword)
    {
        if (value.Kind == JsonTokenType.Number && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
        Fault(value.Line, keyword, "takes a number of at most 28 digits");
        return null;
    }

    private int? Count(LinedJson value, string keyword)
    {
        if (value.Kind == JsonTokenType.Number && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var count)
            && count is >= 0 and <= int.MaxValue && count == decimal.Truncate(count)) return (int)count;
        Fault(value.Line, keyword, "takes a whole number, 0 or more");
        return null;
    }

    /// <summary>A limit of 0 is none to the validator.</summary>
    private static void AtMost(string keyword, int most, WrittenSchema to)
    {
        if (most > 0) to.Keywords[keyword] = JsonValue.Create(most);
        else if (keyword == "maxItems") to.All.Add(new JsonObject { ["not"] = new JsonObject { ["type"] = "array", ["minItems"] = 1 } });
        else to.All.Add(new JsonObject { ["not"] = new JsonObject { ["type"] = "object", ["minProperties"] = 1 } });
    }

    private bool IsPattern(LinedJson at, string keyword) => IsPattern(at.Text, at.Line, keyword);

    private bool IsPattern(string pattern, int line, string keyword)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (ArgumentException fault)
        {
            Fault(line, keyword, $"\"{Shown(pattern)}\" is no regular expression: {fault.Message}");
            return false;
        }
    }

    /// <summary>Objects are equal to the validator by the order of their keys too, and 1 is "1": only texts and whole numbers are compared rightly.</summary>
    private void Unique(LinedJson schema, LinedJson value, int line, WrittenSchema to)
    {
        if (!value.IsBoolean)
        {
            Fault(line, "uniqueItems", "takes true or false");
        }
        else if (value.Kind == JsonTokenType.True)
        {
            if (schema["items"]?["type"] is { Kind: JsonTokenType.String, Text: "string" or "integer" }) to.Keywords["uniqueItems"] = JsonValue.Create(true);
            else Fault(line, "uniqueItems", "is enforced where items has the type string or integer, beside it");
        }
    }

    private void PropertySchemas(string keyword, int line, LinedJson value, WrittenSchema to, Definition home)
    {
        if (!value.IsObject)
        {
            Fault(line, keyword, "takes an object of schemas");
            return;
        }

        if (keyword == "patternProperties")
        {
            foreach (var member in value.Members) IsPattern(member.Name, member.Line, keyword);
            if (value.Members.Count > 1) Fault(value.Members[1].Line, keyword, "is enforced with one pattern: of several that match a name the validator takes the first");
        }

        var written = new JsonObject();
        foreach (var (name, _, schema) in value.Members) written[name] = Write(schema, home, inPlace: false);
        to.Keywords[keyword] = written;
    }

    private void Required(LinedJson value, int line, WrittenSchema to)
    {
        if (!value.IsArray || value.Items.Any(item => item.Kind != JsonTokenType.String)) Fault(line, "required", "takes a list of names");
        else if (value.Items.Count > 0) to.Required = new JsonArray([.. value.Items.Select(item => JsonValue.Create(item.Text))]);
    }

    private void Several(string keyword, int line, LinedJson value, WrittenSchema to, Definition home, bool inPlace)
    {
        if (value is not { IsArray: true, Items.Count: > 0 })
        {
            Fault(line, keyword, "takes a list of at least one schema");
            return;
        }

        var schemas = value.Items.Select(item => (JsonNode)Write(item, home, inPlace)).ToList();
        // One alternative is no choice; and beside a lone reference in such a list the validator overlooks other keywords.
        if (keyword == "allOf" || schemas.Count == 1) to.All.AddRange(schemas);
        else to.Keywords[keyword] = new JsonArray([.. schemas]);
    }

    private static bool LooksLikeDate(string text) => Date().IsMatch(text);

    private void Fault(int line, string? keyword, string what)
    {
        if (_said.Add((line, keyword + what))) _faults.Add(new DocumentFault(_file, line, keyword is null ? what : $"{keyword} {what}"));
    }

    private static string Shown(string text) => text.Length > 60 ? text[..60] + "…" : text;

    // 2020-01-01T00:00:00Z, /Date(1230375600000+0100)/
    [GeneratedRegex(@"^(\d{4}-\d\d-\d\dT|/Date\()")]
    private static partial Regex Date();
}
