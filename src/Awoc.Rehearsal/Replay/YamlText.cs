using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Awoc.Rehearsal.Replay;

/// <summary>Writes the YAML of a scenario: block scalars for what a person reads, double quotes where every character counts.</summary>
internal sealed partial class YamlText
{
    private static readonly JsonWriterOptions s_quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly StringBuilder _text = new();

    public void Line(int depth, string text) => _text.Append(' ', depth * 2).Append(text).Append('\n');

    /// <summary>A comment; line breaks in what it quotes do not end it.</summary>
    public void Comment(string text) => _text.Append("# ").Append(text.ReplaceLineEndings(" ")).Append('\n');

    public void Blank() => _text.Append('\n');

    /// <param name="depth">Of the key.</param>
    /// <param name="key">With what stands before it, such as <c>- text</c>.</param>
    /// <param name="indent">Columns that the key begins further right than its depth: 2 after a dash.</param>
    public void Text(int depth, string key, string value, int indent = 0)
    {
        _text.Append(' ', depth * 2).Append(key).Append(':');
        if (!IsBlock(value))
        {
            _text.Append(' ').Append(Quoted(value)).Append('\n');
            return;
        }

        _text.Append(value[^1] == '\n' ? " |\n" : " |-\n");
        foreach (var line in value.TrimEnd('\n').Split('\n'))
        {
            if (line.Length > 0) _text.Append(' ', depth * 2 + indent + 2).Append(line);
            _text.Append('\n');
        }
    }

    /// <summary>A JSON object as a mapping, each string as <paramref name="say"/> words it.</summary>
    public void Mapping(int depth, string key, JsonElement value, Func<string, string> say)
    {
        if (!value.EnumerateObject().Any())
        {
            Line(depth, $"{key}: {{}}");
            return;
        }

        Line(depth, $"{key}:");

        // JSON lets a name stand twice, and the last one counts; YAML does not.
        foreach (var (name, field) in value.EnumerateObject().GroupBy(p => p.Name, (n, all) => (n, all.Last().Value)))
        {
            var quoted = PlainKey().IsMatch(name) ? name : Quoted(name);
            switch (field.ValueKind)
            {
                case JsonValueKind.String:
                    Text(depth + 1, quoted, say(field.GetString()!));
                    break;
                case JsonValueKind.Object:
                    Mapping(depth + 1, quoted, field, say);
                    break;
                default:
                    Line(depth + 1, $"{quoted}: {Flow(field, say)}");
                    break;
            }
        }
    }

    public static string Quoted(string value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_quoting)) writer.WriteStringValue(value);

        // JSON leaves these as they are; in YAML they would be line breaks, or no text at all.
        return Special().Replace(Encoding.UTF8.GetString(stream.ToArray()), m => $"\\u{(int)m.Value[0]:x4}");
    }

    public override string ToString() => _text.ToString();

    private static string Flow(JsonElement value, Func<string, string> say) => value.ValueKind switch
    {
        JsonValueKind.String => Quoted(say(value.GetString()!)),
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(v => Flow(v, say)))}]",
        JsonValueKind.Object => $"{{{string.Join(", ", value.EnumerateObject().GroupBy(p => p.Name, (n, all) => $"{Quoted(n)}: {Flow(all.Last().Value, say)}"))}}}",
        JsonValueKind.Number => Number(value),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    /// <summary>A scenario's numbers have no exponent.</summary>
    private static string Number(JsonElement value) => value.TryGetDecimal(out var exact)
        ? exact.ToString(CultureInfo.InvariantCulture)
        : Quoted(value.GetRawText());

    /// <summary>Several lines, of which each character is one that a block shows as it is.</summary>
    private static bool IsBlock(string value) =>
        value.Contains('\n') && value[0] is not (' ' or '\n') && !value.EndsWith("\n\n", StringComparison.Ordinal)
        && !Unshown().IsMatch(value) && value.Split('\n').All(l => l.Length == 0 || !string.IsNullOrWhiteSpace(l));

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_-]*\z")]
    private static partial Regex PlainKey();

    [GeneratedRegex(@"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")]
    private static partial Regex Special();

    [GeneratedRegex(@"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")]
    private static partial Regex Unshown();
}
