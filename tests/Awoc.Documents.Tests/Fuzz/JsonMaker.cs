using System.Globalization;

namespace Awoc.Documents.Tests.Fuzz;

/// <summary>Makes small JSON texts with few keys, in several ways of writing, with numbers of any size.</summary>
internal sealed class JsonMaker(Random random)
{
    private static readonly string[] s_keys = ["id", "name", "a", "b", "tags", "Größe", "x/y", "quo\\\"te", "~"];
    private static readonly string[] s_scalars =
        ["1", "2", "1.0", "1e0", "true", "false", "null", "\"a\"", "\"b\"", "\"\\u0061\"", "\"Größe 日本\"", "123456789012345678901234567890.5", "-0", "\"[ , ]\""];

    private string _newLine = "\n";
    private string? _unit;

    public string Make(bool array)
    {
        _unit = random.Next(4) switch { 0 => null, 1 => "\t", 2 => "    ", _ => "  " };
        _newLine = random.Next(5) == 0 ? "\r\n" : "\n";
        return (random.Next(10) == 0 ? " " : "") + (array ? Array(0) : Object(0)) + (random.Next(3) == 0 ? "" : _newLine);
    }

    private string Value(int depth) => depth > 3 ? Scalar() : random.Next(5) switch
    {
        0 => Object(depth),
        1 or 2 => Array(depth),
        _ => Scalar(),
    };

    private string Object(int depth)
    {
        var keys = s_keys.OrderBy(_ => random.Next()).Take(random.Next(5)).ToList();
        return Container('{', '}', [.. keys.Select(k => $"\"{k}\":{(random.Next(8) == 0 ? "" : " ")}{Value(depth + 1)}")], depth);
    }

    private string Array(int depth)
    {
        var count = random.Next(4);
        if (random.Next(2) == 0) return Container('[', ']', [.. Enumerable.Range(0, count).Select(_ => Value(depth + 1))], depth);
        var field = random.Next(2) == 0 ? "id" : "name";
        return Container('[', ']', [.. Enumerable.Range(0, count).Select(i => $"{{\"{field}\": {(random.Next(6) == 0 ? 0 : i + random.Next(2)).ToString(CultureInfo.InvariantCulture)}, \"v\": {Value(depth + 1)}}}")], depth);
    }

    private string Container(char open, char close, List<string> parts, int depth)
    {
        if (parts.Count == 0) return random.Next(4) == 0 ? $"{open} {close}" : $"{open}{close}";
        if (_unit is null || random.Next(6) == 0) return open + string.Join(random.Next(3) == 0 ? "," : ", ", parts) + close;
        var indent = string.Concat(Enumerable.Repeat(_unit, depth + 1));
        return $"{open}{_newLine}{indent}{string.Join("," + _newLine + indent, parts)}{_newLine}{indent[_unit.Length..]}{close}";
    }

    private string Scalar() => s_scalars[random.Next(s_scalars.Length)];
}
