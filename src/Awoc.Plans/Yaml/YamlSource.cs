using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Awoc.Plans.Yaml;

/// <summary>
/// A YAML file of one document as a tree that knows where everything stands. Read event by event, so that no depth of nesting
/// uses up the stack, and bounded in size, depth and number of nodes. Aliases are refused: with them a page becomes gigabytes.
/// </summary>
public sealed class YamlSource
{
    /// <summary>In UTF-16 units.</summary>
    public const int LongestText = 1024 * 1024;

    public const int MostNodes = 200_000;

    public const int MaxDepth = 32;

    private readonly string _text;
    private readonly List<int> _lines = [0];

    private YamlSource(string text)
    {
        _text = text;
        for (var at = text.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\n', at + 1)) _lines.Add(at + 1);
    }

    /// <summary>The document; null when there is a fault.</summary>
    public YamlPiece? Root { get; private set; }

    /// <summary>What keeps it from being read at all.</summary>
    public PlanFault? Fault { get; private set; }

    /// <summary>Never throws, whatever the text is.</summary>
    /// <param name="longest">In UTF-16 units.</param>
    public static YamlSource Read(string text, int longest = LongestText, int mostNodes = MostNodes)
    {
        ArgumentNullException.ThrowIfNull(text);
        var source = new YamlSource(text);
        if (text.Length > longest)
        {
            source.Fault = new PlanFault(1, 1, $"the file has more than {longest / 1024 / 1024} MiB of text");
            return source;
        }

        try
        {
            source.Parse(mostNodes);
        }
        catch (YamlException broken)
        {
            // What it began with says less than where it came to a stop.
            var at = broken.End.Index > broken.Start.Index ? broken.End : broken.Start;
            source.Refuse(source.IndentingTab(broken.Message) ?? new TextPosition((int)at.Line, (int)at.Column), $"no YAML: {broken.Message}");
        }
        catch (Exception broken) when (broken is ArgumentException or InvalidOperationException or FormatException or OverflowException or KeyNotFoundException)
        {
            // The library's scanner trips over some texts instead of refusing them.
            source.Fault ??= new PlanFault(1, 1, $"no YAML: {broken.Message}");
        }

        if (source.Fault is not null) source.Root = null;
        return source;
    }

    /// <summary>Where the character of a scalar's value stands in the file; where that cannot be told, where the scalar begins.</summary>
    /// <param name="offset">In its value.</param>
    public TextPosition At(YamlPiece.Scalar scalar, int offset)
    {
        ArgumentNullException.ThrowIfNull(scalar);
        var from = Math.Clamp(scalar.From, 0, _text.Length);
        var written = _text.AsSpan(from, Math.Clamp(scalar.To, from, _text.Length) - from);
        var verbatim = written.IndexOf(scalar.Value);
        if (scalar.Value.Length > 0 && verbatim >= 0) return Position(from + verbatim + offset);

        // Lines of a block are indented and folded, but a dollar sign stands there as often as in the value.
        if (offset >= scalar.Value.Length || scalar.Value[offset] != '$') return scalar.At;
        for (int n = scalar.Value.AsSpan(0, offset).Count('$'), at = from; ; n--, at++)
        {
            var next = _text.AsSpan(at, from + written.Length - at).IndexOf('$');
            if (next < 0) return scalar.At;
            at += next;
            if (n == 0) return Position(at);
        }
    }

    private TextPosition Position(int offset)
    {
        var line = _lines.BinarySearch(offset);
        if (line < 0) line = ~line - 1;
        return new TextPosition(line + 1, offset - _lines[line] + 1);
    }

    /// <summary>The library tells of a tab, and not where it is.</summary>
    private TextPosition? IndentingTab(string message)
    {
        if (!message.Contains("tab", StringComparison.Ordinal)) return null;
        var line = _lines.FindIndex(start => start < _text.Length && _text[start] == '\t');
        return line < 0 ? null : new TextPosition(line + 1, 1);
    }

    private void Parse(int mostNodes)
    {
        var parser = new Parser(new StringReader(_text));
        var open = new Stack<Level>();
        var nodes = 0;
        while (Fault is null && parser.MoveNext())
        {
            var e = parser.Current!;
            var at = new TextPosition((int)e.Start.Line, (int)e.Start.Column);
            if (e is NodeEvent node)
            {
                if (++nodes > mostNodes) Refuse(at, $"it has more than {mostNodes:#,0} nodes");
                if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific) Refuse(at, $"the tag {Shown(node.Tag.Value)} is not taken: leave it out");
            }

            switch (e)
            {
                case AnchorAlias alias:
                    Refuse(at, $"*{alias.Value} is an alias, which is not taken: write it out, or use defaults");
                    break;
                case Scalar scalar:
                    Put(open, new YamlPiece.Scalar(at, scalar.Value, KindOf(scalar), (int)scalar.Start.Index, (int)scalar.End.Index));
                    break;
                case MappingStart or SequenceStart when open.Count >= MaxDepth:
                    Refuse(at, $"it is nested deeper than {MaxDepth} levels");
                    break;
                case MappingStart:
                    open.Push(new Level(new YamlPiece.Map(at)));
                    break;
                case SequenceStart:
                    open.Push(new Level(new YamlPiece.List(at)));
                    break;
                case MappingEnd or SequenceEnd:
                    Put(open, open.Pop().Piece);
                    break;
                case DocumentStart when Root is not null:
                    Refuse(at, "the file has a second document (after a line '---'): put it in a file of its own");
                    break;
            }
        }

        if (Fault is null && Root is null) Refuse(new TextPosition(1, 1), "the file is empty");
    }

    private void Put(Stack<Level> open, YamlPiece piece)
    {
        if (!open.TryPeek(out var level))
        {
            Root = piece;
            return;
        }

        switch (level.Piece)
        {
            case YamlPiece.List list:
                list.Items.Add(piece);
                break;
            case YamlPiece.Map map when level.Key is { } key:
                map.Entries.Add((key, piece));
                level.Key = null;
                break;
            default:
                level.Key = piece;
                break;
        }
    }

    private void Refuse(TextPosition at, string what) => Fault ??= new PlanFault(Math.Max(1, at.Line), Math.Max(1, at.Column), what);

    private static ScalarKind KindOf(Scalar scalar) => scalar.Style == ScalarStyle.Plain ? CoreSchema.KindOf(scalar.Value) : ScalarKind.Text;

    private static string Shown(string text) => text.Length > 40 ? text[..40] + "…" : text;

    private sealed class Level(YamlPiece piece)
    {
        public YamlPiece Piece { get; } = piece;

        public YamlPiece? Key { get; set; }
    }
}
