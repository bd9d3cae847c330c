using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Awoc.Gateway.Wire;

/// <summary>
/// Blacks out what a streamed answer says in pieces: a secret of which each event holds a part is in no single one of them, and
/// whoever reads the record puts the pieces together. Events without such a part stay byte for byte.
/// </summary>
/// <param name="find">Where in a text the secrets are.</param>
internal sealed class StreamedSecrets(Func<string, IEnumerable<Range>> find, string black)
{
    private static readonly string[] s_texts = ["text", "thinking", "partial_json"];

    public string Redact(string stream)
    {
        var lines = stream.Split('\n');
        var blocks = new Dictionary<int, List<Piece>>();
        for (var i = 0; i < lines.Length; i++)
        {
            // data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"my key is sk-an"}}
            if (!lines[i].StartsWith("data:", StringComparison.Ordinal) || !lines[i].Contains("content_block_delta", StringComparison.Ordinal)) continue;
            if (PieceOf(lines[i], i, out var block) is not { } piece) continue;
            if (!blocks.TryGetValue(block, out var pieces)) blocks[block] = pieces = [];
            pieces.Add(piece);
        }

        var changed = false;
        foreach (var pieces in blocks.Values) changed |= Blacken(pieces, lines);
        return changed ? string.Join('\n', lines) : stream;
    }

    private bool Blacken(List<Piece> pieces, string[] lines)
    {
        var whole = string.Concat(pieces.Select(p => p.Text));
        var hidden = new bool[whole.Length];
        var begins = new bool[whole.Length];
        foreach (var range in find(whole))
        {
            var (start, length) = range.GetOffsetAndLength(whole.Length);
            begins[start] = true;
            hidden.AsSpan(start, length).Fill(true);
        }

        var at = 0;
        var changed = false;
        foreach (var piece in pieces)
        {
            var (from, to) = (at, at + piece.Text.Length);
            at = to;
            if (!hidden.AsSpan(from..to).Contains(true)) continue;
            changed = true;
            var left = new StringBuilder();
            for (var i = from; i < to; i++)
            {
                // Where one begins inside another, the black is there already.
                if (begins[i] && (i == 0 || !hidden[i - 1])) left.Append(black);
                if (!hidden[i]) left.Append(whole[i]);
            }

            lines[piece.Line] = piece.With(left.ToString(), lines[piece.Line].EndsWith('\r'));
        }

        return changed;
    }

    private static Piece? PieceOf(string line, int number, out int block)
    {
        block = 0;
        try
        {
            if (JsonNode.Parse(line[5..]) is not JsonObject data || data["delta"] is not JsonObject delta) return null;
            if (data["index"] is JsonValue index) index.TryGetValue(out block);
            foreach (var name in s_texts)
            {
                if (delta[name] is JsonValue value && value.TryGetValue(out string? text)) return new Piece(number, data, name, text);
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // The line at which the stream broke off, or one that names a field twice: it is redacted as the text it is.
        }

        return null;
    }

    private sealed record Piece(int Line, JsonObject Data, string Name, string Text)
    {
        public string With(string text, bool returns)
        {
            Data["delta"]![Name] = JsonValue.Create(text);
            return $"data: {Data.ToJsonString()}{(returns ? "\r" : "")}";
        }
    }
}
