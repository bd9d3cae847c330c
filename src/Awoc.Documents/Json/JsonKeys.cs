using System.Globalization;
using System.Numerics;
using System.Text;

namespace Awoc.Documents.Json;

/// <summary>What two values have in common that are equal: members in any order, strings by what they say, numbers by their value.</summary>
internal static class JsonKeys
{
    /// <summary>The fields that tell one object of an array from another, in the order in which they are tried.</summary>
    private static readonly string[] s_names = ["id", "key", "name", "path", "url", "title"];

    public static string Of(JsonNode node)
    {
        var key = new StringBuilder();
        Append(key, node);
        return key.ToString();
    }

    /// <summary>The first field that all objects of both arrays have, as text or number and each with another value; null where there is none.</summary>
    public static string? Field(JsonNode one, JsonNode other) =>
        s_names.FirstOrDefault(name => Identifies(name, one.Elements) && Identifies(name, other.Elements));

    private static bool Identifies(string name, List<JsonNode> elements)
    {
        HashSet<string> seen = [];
        return elements.TrueForAll(e => e.Kind == JsonKind.Object && e.Find(name) is { Kind: JsonKind.Text or JsonKind.Number } value && seen.Add(Of(value)));
    }

    private static void Append(StringBuilder key, JsonNode node)
    {
        switch (node.Kind)
        {
            case JsonKind.Object:
                key.Append('{');
                foreach (var member in node.Members.OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    key.Append(CultureInfo.InvariantCulture, $"{member.Name.Length}:{member.Name}=");
                    Append(key, member.Value);
                }

                key.Append('}');
                break;
            case JsonKind.Array:
                key.Append('[');
                foreach (var element in node.Elements)
                {
                    Append(key, element);
                    key.Append(',');
                }

                key.Append(']');
                break;
            case JsonKind.Text:
                key.Append(CultureInfo.InvariantCulture, $"s{node.Value.Length}:{node.Value}");
                break;
            case JsonKind.Number:
                key.Append('n').Append(Number(node.Value));
                break;
            case JsonKind.Literal:
                key.Append(node.Value);
                break;
        }
    }

    /// <summary>Digits without zeros at either end, and the exponent: <c>1.50e2</c> and <c>150</c> are one, whatever their size.</summary>
    private static string Number(string text)
    {
        var negative = text[0] == '-';
        var exponentAt = text.AsSpan().IndexOfAny('e', 'E');
        var exponent = exponentAt < 0 ? BigInteger.Zero : Exponent(text.AsSpan(exponentAt + 1));
        var mantissa = text.AsSpan(negative ? 1 : 0, (exponentAt < 0 ? text.Length : exponentAt) - (negative ? 1 : 0)).ToString();
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= mantissa.Length - point - 1;
            mantissa = mantissa.Remove(point, 1);
        }

        var digits = mantissa.TrimStart('0');
        var bare = digits.TrimEnd('0');
        if (bare.Length == 0) return "0";
        return $"{(negative ? "-" : "")}{bare}e{exponent + (digits.Length - bare.Length)}";
    }

    /// <summary>An exponent of thousands of digits is compared as it is written: reading it takes a time that grows with its square.</summary>
    private static BigInteger Exponent(ReadOnlySpan<char> text) =>
        BigInteger.Parse(text.Length > 30 ? text[..30] : text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
