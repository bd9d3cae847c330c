using System.Text;
using System.Text.Json;
using Awoc.Plans.Yaml;

namespace Awoc.Plans.Batches;

/// <summary>JSON as a tree that knows where everything stands. Read token by token, so that no depth of nesting uses up the stack.</summary>
internal static class JsonSource
{
    private const int MaxDepth = YamlSource.MaxDepth;

    /// <param name="firstLine">Of the text in its file, from 1.</param>
    /// <returns>The value; or what is wrong.</returns>
    public static (YamlPiece? Root, PlanFault? Fault) Read(string text, int firstLine, ref int nodesLeft)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var lines = new LineIndex(bytes);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        Stack<(YamlPiece Piece, YamlPiece? Key)> open = [];
        YamlPiece? root = null;
        try
        {
            while (reader.Read())
            {
                var at = lines.At((int)reader.TokenStartIndex, firstLine);
                if (--nodesLeft < 0) return (null, new PlanFault(at.Line, at.Column, "it has more values than a batch file may have"));
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        open.Push((new YamlPiece.Map(at), null));
                        break;
                    case JsonTokenType.StartArray:
                        open.Push((new YamlPiece.List(at), null));
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        Put(open.Pop().Piece);
                        break;
                    case JsonTokenType.PropertyName:
                        var (owner, _) = open.Pop();
                        open.Push((owner, Scalar(ref reader, at, ScalarKind.Text)));
                        break;
                    case JsonTokenType.String:
                        Put(Scalar(ref reader, at, ScalarKind.Text));
                        break;
                    case JsonTokenType.Number:
                        var number = Encoding.UTF8.GetString(reader.ValueSpan);
                        Put(new YamlPiece.Scalar(at, number, CoreSchema.KindOf(number), 0, 0));
                        break;
                    default:
                        Put(new YamlPiece.Scalar(at, Encoding.UTF8.GetString(reader.ValueSpan), reader.TokenType == JsonTokenType.Null ? ScalarKind.Nothing : ScalarKind.Truth, 0, 0));
                        break;
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            var at = broken is JsonException { LineNumber: { } line, BytePositionInLine: { } column } ? new TextPosition((int)line + firstLine, (int)column + 1) : new TextPosition(firstLine, 1);
            var what = broken.Message.Split(". LineNumber:")[0].Split(" LineNumber:")[0];
            return (null, new PlanFault(at.Line, at.Column, $"no JSON: {what}"));
        }

        return root is null ? (null, new PlanFault(firstLine, 1, "the file is empty")) : (root, null);

        void Put(YamlPiece piece)
        {
            if (!open.TryPop(out var level))
            {
                root = piece;
                return;
            }

            if (level.Piece is YamlPiece.List list) list.Items.Add(piece);
            else if (level is { Piece: YamlPiece.Map map, Key: { } key }) map.Entries.Add((key, piece));
            open.Push((level.Piece, null));
        }
    }

    private static YamlPiece.Scalar Scalar(ref Utf8JsonReader reader, TextPosition at, ScalarKind kind) => new(at, reader.GetString() ?? "", kind, 0, 0);

    /// <summary>Where an offset is as a line and a column. Offsets are asked for in their order: each character is counted once, however long its line.</summary>
    private sealed class LineIndex
    {
        private readonly byte[] _bytes;
        private readonly List<int> _starts = [0];
        private int _line;
        private int _counted;
        private int _characters;

        public LineIndex(byte[] bytes)
        {
            _bytes = bytes;
            for (var at = Array.IndexOf(bytes, (byte)'\n'); at >= 0; at = Array.IndexOf(bytes, (byte)'\n', at + 1)) _starts.Add(at + 1);
        }

        public TextPosition At(int offset, int firstLine)
        {
            var line = _starts.BinarySearch(offset);
            if (line < 0) line = ~line - 1;
            if (line != _line || offset < _counted) (_line, _counted, _characters) = (line, _starts[line], 0);
            _characters += Encoding.UTF8.GetCharCount(_bytes.AsSpan(_counted, offset - _counted));
            _counted = offset;
            return new TextPosition(line + firstLine, _characters + 1);
        }
    }
}
