using System.Text.Json;

namespace Awoc.Documents.Contracts.Json;

/// <summary>A JSON value that knows the line it begins on.</summary>
public sealed class LinedJson
{
    /// <summary>Levels of objects and arrays in each other.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonReaderOptions s_strict = new() { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Disallow, AllowTrailingCommas = false };

    private LinedJson(JsonTokenType kind, int line) => (Kind, Line) = (kind, line);

    /// <summary>Of its first token: <see cref="JsonTokenType.StartObject"/> for an object.</summary>
    public JsonTokenType Kind { get; }

    public int Line { get; }

    /// <summary>A string's value, a number as it is written; empty for all else.</summary>
    public string Text { get; private init; } = "";

    public IReadOnlyList<Member> Members { get; private init; } = [];
    public IReadOnlyList<LinedJson> Items { get; private init; } = [];

    public bool IsObject => Kind == JsonTokenType.StartObject;
    public bool IsArray => Kind == JsonTokenType.StartArray;
    public bool IsBoolean => Kind is JsonTokenType.True or JsonTokenType.False;

    public LinedJson? this[string name] => Members.FirstOrDefault(member => member.Name == name)?.Value;

    /// <summary>The one value in <paramref name="utf8"/>; null with a fault when it is none.</summary>
    public static LinedJson? Parse(ReadOnlySpan<byte> utf8, string file, out DocumentFault? fault)
    {
        fault = JsonText.Fault(utf8, file);
        if (fault is not null) return null;
        var text = JsonText.WithoutMark(utf8);
        var reader = new Utf8JsonReader(text, s_strict);
        var lines = new LineCount(text);
        reader.Read();
        return Value(ref reader, ref lines, file, ref fault) is { } value && fault is null ? value : null;
    }

    private static LinedJson Value(ref Utf8JsonReader reader, ref LineCount lines, string file, ref DocumentFault? fault)
    {
        var line = lines.At(reader.TokenStartIndex);
        var kind = reader.TokenType;
        switch (kind)
        {
            case JsonTokenType.StartObject:
                var members = new List<Member>();
                var names = new HashSet<string>(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    var at = lines.At(reader.TokenStartIndex);
                    if (!names.Add(name)) fault ??= new DocumentFault(file, at, $"the key \"{name}\" stands twice in one object");
                    reader.Read();
                    members.Add(new Member(name, at, Value(ref reader, ref lines, file, ref fault)));
                }

                return new LinedJson(kind, line) { Members = members };
            case JsonTokenType.StartArray:
                var items = new List<LinedJson>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Value(ref reader, ref lines, file, ref fault));
                return new LinedJson(kind, line) { Items = items };
            case JsonTokenType.String:
                return new LinedJson(kind, line) { Text = reader.GetString()! };
            case JsonTokenType.Number:
                return new LinedJson(kind, line) { Text = System.Text.Encoding.ASCII.GetString(reader.ValueSpan) };
            default:
                return new LinedJson(kind, line);
        }
    }

    /// <param name="Line">Of the key.</param>
    public sealed record Member(string Name, int Line, LinedJson Value);

    /// <summary>Turns offsets that only grow into lines.</summary>
    private ref struct LineCount(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _at;
        private int _line = 1;

        public int At(long offset)
        {
            var to = (int)offset;
            _line += _text[_at..to].Count((byte)'\n');
            _at = to;
            return _line;
        }
    }
}
