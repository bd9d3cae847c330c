using System.Globalization;
using System.Text.Json.Nodes;
using Awoc.Plans.Yaml;

namespace Awoc.Plans.Tests.Workflows;

/// <summary>A YAML file as an editor's validator sees it.</summary>
internal static class YamlAsJson
{
    public static JsonNode? Of(YamlPiece piece) => piece switch
    {
        YamlPiece.Map map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(((YamlPiece.Scalar)e.Key).Value, Of(e.Value)))),
        YamlPiece.List list => new JsonArray([.. list.Items.Select(Of)]),
        YamlPiece.Scalar { Kind: ScalarKind.Nothing } => null,
        YamlPiece.Scalar { Kind: ScalarKind.Truth, Value: var value } => JsonValue.Create(bool.Parse(value)),
        YamlPiece.Scalar { Kind: ScalarKind.Whole, Value: var value } => JsonValue.Create(long.Parse(value, CultureInfo.InvariantCulture)),
        YamlPiece.Scalar { Kind: ScalarKind.Fraction, Value: var value } => JsonValue.Create(double.Parse(value, CultureInfo.InvariantCulture)),
        YamlPiece.Scalar { Value: var value } => JsonValue.Create(value),
        _ => throw new InvalidOperationException(),
    };
}
