using System.Collections.Frozen;

namespace Awoc.Documents.Contracts.Json;

/// <summary>
/// The keywords of JSON Schema draft 2020-12 by what becomes of them here. A keyword that would be passed over in silence is refused; each
/// of <see cref="Enforced"/> is held by a test against the validator, with an instance that keeps it and one that breaks it.
/// </summary>
public static class SchemaKeywords
{
    public static FrozenSet<string> Enforced { get; } = Set(
        "type", "enum", "const",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minLength", "maxLength", "pattern", "format",
        "items", "minItems", "maxItems", "uniqueItems",
        "properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties",
        "allOf", "anyOf", "oneOf", "not", "$ref");

    /// <summary>Say nothing about what is valid, and pass; so does every <c>x-</c> keyword.</summary>
    public static FrozenSet<string> Annotations { get; } = Set(
        "$schema", "$id", "$comment", "title", "description", "examples", "default", "deprecated", "readOnly", "writeOnly");

    /// <summary>Hold schemas for references.</summary>
    public static FrozenSet<string> Containers { get; } = Set("$defs", "definitions");

    public static FrozenSet<string> Formats { get; } = Set("date-time", "date", "time", "email", "hostname", "ipv4", "ipv6", "uri", "uuid");

    public static FrozenSet<string> Types { get; } = Set("string", "number", "integer", "boolean", "object", "array", "null");

    /// <summary>Those of the draft that the validator does not enforce, with what may be written instead where there is something.</summary>
    public static FrozenDictionary<string, string?> Unenforced { get; } = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["prefixItems"] = "describe the elements alike with items, or make it an object",
        ["contains"] = null,
        ["minContains"] = null,
        ["maxContains"] = null,
        ["propertyNames"] = "use patternProperties with additionalProperties: false",
        ["dependentRequired"] = "write the cases as anyOf with required",
        ["dependentSchemas"] = "write the cases as anyOf",
        ["dependencies"] = "write the cases as anyOf",
        ["unevaluatedProperties"] = "use additionalProperties with all properties in one place",
        ["unevaluatedItems"] = null,
        ["additionalItems"] = null,
        ["if"] = "write the cases as anyOf",
        ["then"] = "write the cases as anyOf",
        ["else"] = "write the cases as anyOf",
        ["contentEncoding"] = null,
        ["contentMediaType"] = null,
        ["contentSchema"] = null,
        ["$anchor"] = "refer by a pointer, #/$defs/NAME",
        ["$dynamicAnchor"] = "refer by a pointer, #/$defs/NAME",
        ["$dynamicRef"] = "refer by a pointer, #/$defs/NAME",
        ["$recursiveRef"] = "refer by a pointer, #/$defs/NAME",
        ["$recursiveAnchor"] = "refer by a pointer, #/$defs/NAME",
        ["$vocabulary"] = null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.Ordinal);
}
