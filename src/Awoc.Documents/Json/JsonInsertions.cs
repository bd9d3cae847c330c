using System.Text;

namespace Awoc.Documents.Json;

/// <summary>Members and elements put into a JSON text where its objects and arrays end. What is there stays byte for byte.</summary>
internal sealed class JsonInsertions(JsonText target, JsonText result)
{
    private readonly List<(int At, int Order, byte[] Bytes)> _edits = [];
    private readonly string _newLine = target.Utf8.AsSpan().IndexOf("\r\n"u8) >= 0 ? "\r\n" : "\n";
    private readonly string _unit = Unit(target);
    private readonly List<int> _lines = Lines(target.Utf8);

    public bool IsEmpty => _edits.Count == 0;

    /// <param name="container">An object or array of the target.</param>
    /// <param name="members">Of the result, for an object.</param>
    /// <param name="elements">Of the result, for an array.</param>
    public void Add(JsonNode container, IReadOnlyList<JsonMember> members, IReadOnlyList<JsonNode> elements)
    {
        if (members.Count + elements.Count == 0) return;
        var indent = ChildIndent(container);
        var gap = Gap(container);
        List<string> parts =
        [
            .. members.Select(m => $"{Encoding.UTF8.GetString(result.Utf8.AsSpan(m.Start, m.NameEnd - m.Start))}:{gap}{Value(m.Value, indent)}"),
            .. elements.Select(e => Value(e, indent)),
        ];
        var between = indent is null ? (Spaced(container) ? ", " : ",") : $",{_newLine}{indent}";
        var joined = string.Join(between, parts);
        if (!container.IsEmpty)
        {
            var last = container.Kind == JsonKind.Object ? container.Members[^1].Value.End : container.Elements[^1].End;
            Insert(last, between + joined);
        }
        else if (indent is null)
        {
            Insert(container.Start + 1, joined);
        }
        else
        {
            // What white space there was stays: the closing bracket is brought to its line by what comes before it.
            Insert(container.Start + 1, _newLine + indent + joined + (HasNewLine(container) ? "" : _newLine + LineIndent(container.Start)));
        }
    }

    public byte[] Apply()
    {
        var bytes = new byte[target.Utf8.Length + _edits.Sum(e => e.Bytes.Length)];
        var (from, to) = (0, 0);
        foreach (var (at, _, inserted) in _edits.OrderBy(e => e.At).ThenBy(e => e.Order))
        {
            target.Utf8.AsSpan(from, at - from).CopyTo(bytes.AsSpan(to));
            to += at - from;
            inserted.CopyTo(bytes, to);
            (from, to) = (at, to + inserted.Length);
        }

        target.Utf8.AsSpan(from).CopyTo(bytes.AsSpan(to));
        return bytes;
    }

    private void Insert(int at, string text) => _edits.Add((at, _edits.Count, Encoding.UTF8.GetBytes(text)));

    /// <summary>Where the children's lines start; null for a container on one line.</summary>
    private string? ChildIndent(JsonNode container)
    {
        if (container.IsEmpty) return _unit.Length == 0 ? null : LineIndent(container.Start) + _unit;
        var last = container.Kind == JsonKind.Object ? container.Members[^1].Start : container.Elements[^1].Start;
        var at = last - 1;
        while (at >= 0 && target.Utf8[at] is (byte)' ' or (byte)'\t') at--;
        return at >= 0 && target.Utf8[at] is (byte)'\n' or (byte)'\r' ? Encoding.UTF8.GetString(target.Utf8, at + 1, last - at - 1) : null;
    }

    private bool HasNewLine(JsonNode container) => target.Raw(container).Contains((byte)'\n');

    private bool Spaced(JsonNode container) => container.IsEmpty || target.Raw(container).IndexOf(", "u8) >= 0 || target.Raw(container).IndexOf((byte)',') < 0;

    private string Gap(JsonNode container)
    {
        var first = container.Members.Count > 0 ? container.Members[0] : target.Root.Members.Count > 0 ? target.Root.Members[0] : null;
        return first is null || target.Utf8[first.Value.Start - 1] != (byte)':' ? " " : "";
    }

    /// <summary>The value as the result has it, its further lines indented as deep as they will stand; on one line where the container is.</summary>
    private string Value(JsonNode value, string? indent)
    {
        var text = Encoding.UTF8.GetString(result.Raw(value));
        if (!text.Contains('\n') && !text.Contains('\r')) return text;
        var lines = LineEndings.Replace(text, "\n").Split('\n');
        if (indent is null) return string.Join(' ', lines.Select(l => l.Trim()).Where(l => l.Length > 0));
        var own = White(lines[^1]);
        return string.Join(_newLine, lines.Select((l, i) => i == 0 ? l : l.Length == 0 ? "" : indent + l[Math.Min(own, White(l))..]));
    }

    private static int White(string line) => line.Length - line.AsSpan().TrimStart(" \t").Length;

    /// <summary>The white space at the start of the line that holds the byte.</summary>
    private string LineIndent(int at)
    {
        var index = _lines.BinarySearch(at);
        var start = _lines[index >= 0 ? index : ~index - 1];
        var end = start;
        while (end < at && target.Utf8[end] is (byte)' ' or (byte)'\t') end++;
        return Encoding.UTF8.GetString(target.Utf8, start, end - start);
    }

    /// <summary>Where each line starts.</summary>
    private static List<int> Lines(byte[] utf8)
    {
        List<int> lines = [0];
        for (var at = 0; at < utf8.Length; at++)
        {
            if (utf8[at] is (byte)'\n' or (byte)'\r') lines.Add(at + 1);
        }

        return lines;
    }

    /// <summary>One level of the target's indentation; nothing for a text on one line, two spaces where nothing is inside.</summary>
    private static string Unit(JsonText target)
    {
        if (target.Root.IsEmpty) return "  ";
        var first = target.Root.Kind == JsonKind.Object ? target.Root.Members[0].Start : target.Root.Elements[0].Start;
        var at = first;
        while (at > 0 && target.Utf8[at - 1] is (byte)' ' or (byte)'\t') at--;
        return at > 0 && target.Utf8[at - 1] is (byte)'\n' or (byte)'\r' ? Encoding.UTF8.GetString(target.Utf8, at, first - at) is { Length: > 0 } unit ? unit : "" : "";
    }
}
