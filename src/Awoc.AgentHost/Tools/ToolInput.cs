using System.Globalization;
using System.Text.Json;

namespace Awoc.AgentHost.Tools;

/// <summary>Reads a tool's input leniently: models write numbers and booleans as strings now and then.</summary>
internal static class ToolInput
{
    public static string Required(this JsonElement input, string name) =>
        input.Optional(name) ?? throw new ToolFault($"'{name}' is missing: give it as a string");

    public static string? Optional(this JsonElement input, string name) =>
        Member(input, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static long? Whole(this JsonElement input, string name) => Member(input, name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var whole) => whole,
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var real) && Math.Abs(real) < 1e15 => (long)real,
        { ValueKind: JsonValueKind.String } text when long.TryParse(text.GetString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole) => whole,
        _ => null,
    };

    public static bool Flag(this JsonElement input, string name) => Member(input, name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.String } text => string.Equals(text.GetString(), "true", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static JsonElement? Member(JsonElement input, string name) =>
        input.ValueKind == JsonValueKind.Object && input.TryGetProperty(name, out var member) ? member : null;
}
