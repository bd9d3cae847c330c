using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Awoc.Documents.Json;

/// <summary>What a value of a JSON text is.</summary>
internal enum JsonKind
{
    Object,
    Array,
    Text,
    Number,
    Literal,
}

/// <summary>A value, as a range of the text it was read from (in UTF-8 bytes).</summary>
internal sealed class JsonNode(JsonKind kind, int start)
{
    public JsonKind Kind => kind;
    public int Start => start;

    /// <summary>After its last byte.</summary>
    public int End { get; set; }

    /// <summary>Of an object, in order.</summary>
    public List<JsonMember> Members { get; } = [];

    /// <summary>Of an array.</summary>
    public List<JsonNode> Elements { get; } = [];

    /// <summary>Of a string: what it says; of a number or a literal: as it is written.</summary>
    public string Value { get; init; } = "";

    public bool IsEmpty => Members.Count == 0 && Elements.Count == 0;

    public JsonNode? Find(string name)
    {
        foreach (var member in Members)
        {
            if (member.Name == name) return member.Value;
        }

        return null;
    }
}

/// <param name="Start">Of the name, with its quotation mark.</param>
/// <param name="NameEnd">After the name's second quotation mark.</param>
internal sealed record JsonMember(string Name, int Start, int NameEnd, JsonNode Value);

/// <summary>A JSON text with the place of each of its values, so that it can be added to and never has to be written anew.</summary>
internal sealed class JsonText
{
    /// <summary>Deeper nesting than that is no document.</summary>
    public const int MaxDepth = 100;

    /// <summary>Where each line ends; found when a line is first asked for.</summary>
    private List<int>? _lineEnds;

    private JsonText(string name, byte[] utf8, JsonNode root) => (Name, Utf8, Root) = (name, utf8, root);

    public string Name { get; }
    public byte[] Utf8 { get; }
    public JsonNode Root { get; }

    /// <summary>Comments, commas at the end, two members of one name: a fault with its line.</summary>
    public static bool TryParse(TextDocument document, [NotNullWhen(true)] out JsonText? json, [NotNullWhen(false)] out DocumentFault? fault)
    {
        (json, fault) = (null, null);
        var utf8 = Encoding.UTF8.GetBytes(document.Text);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (!reader.Read())
            {
                fault = new DocumentFault(document.Name, null, "is empty: no JSON value");
                return false;
            }

            var root = Read(ref reader);
            reader.Read();
            json = new JsonText(document.Name, utf8, root);
            return true;
        }
        catch (JsonException e)
        {
            var line = (int)(e.LineNumber ?? LineOf(utf8, (int)reader.TokenStartIndex));
            fault = new DocumentFault(document.Name, line + 1, $"is no valid JSON at column {(e.BytePositionInLine ?? 0) + 1}: {Reason(e)}");
            return false;
        }
        catch (DuplicateMember e)
        {
            fault = new DocumentFault(document.Name, LineOf(utf8, e.At) + 1, $"has two members \"{e.Member}\" in one object; remove one of them");
            return false;
        }
    }

    /// <summary>The line of a byte, from 1.</summary>
    public int Line(int at)
    {
        _lineEnds ??= LineEnds(Utf8);
        var index = _lineEnds.BinarySearch(at);
        return (index >= 0 ? index : ~index) + 1;
    }

    public ReadOnlySpan<byte> Raw(JsonNode node) => Utf8.AsSpan(node.Start, node.End - node.Start);

    private static int LineOf(byte[] utf8, int at) => utf8.AsSpan(0, Math.Clamp(at, 0, utf8.Length)).Count((byte)'\n');

    private static List<int> LineEnds(byte[] utf8)
    {
        List<int> ends = [];
        for (var at = utf8.AsSpan().IndexOf((byte)'\n'); at >= 0;)
        {
            ends.Add(at);
            var next = utf8.AsSpan(at + 1).IndexOf((byte)'\n');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return ends;
    }

    /// <summary>Without the position, which the fault has already.</summary>
    private static string Reason(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? e.Message : e.Message[..end]).Trim();
    }

    private static JsonNode Read(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        JsonNode node;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                node = new JsonNode(JsonKind.Object, start);
                HashSet<string> names = new(StringComparer.Ordinal);
                while (Next(ref reader) != JsonTokenType.EndObject)
                {
                    var at = (int)reader.TokenStartIndex;
                    var name = String(ref reader);
                    if (!names.Add(name)) throw new DuplicateMember(name, at);
                    var nameEnd = at + reader.ValueSpan.Length + 2;
                    Next(ref reader);
                    node.Members.Add(new JsonMember(name, at, nameEnd, Read(ref reader)));
                }

                break;
            case JsonTokenType.StartArray:
                node = new JsonNode(JsonKind.Array, start);
                while (Next(ref reader) != JsonTokenType.EndArray) node.Elements.Add(Read(ref reader));
                break;
            case JsonTokenType.String:
                node = new JsonNode(JsonKind.Text, start) { Value = String(ref reader) };
                break;
            case JsonTokenType.Number:
                node = new JsonNode(JsonKind.Number, start) { Value = Encoding.UTF8.GetString(reader.ValueSpan) };
                break;
            default:
                node = new JsonNode(JsonKind.Literal, start) { Value = Encoding.UTF8.GetString(reader.ValueSpan) };
                break;
        }

        node.End = (int)reader.BytesConsumed;
        return node;
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader) => reader.Read() ? reader.TokenType : throw new JsonException("it ends too early");

    private static string String(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, which stands for no character.
            throw new JsonException("a string holds half of a surrogate pair");
        }
    }

    /// <summary>Found in the midst of the reading.</summary>
    private sealed class DuplicateMember(string member, int at) : Exception
    {
        public string Member => member;
        public int At => at;
    }
}
