namespace Awoc.Plans.Yaml;

/// <summary>A node of a YAML file that knows where it stands.</summary>
/// <param name="At">Where it begins.</param>
public abstract record YamlPiece(TextPosition At)
{
    /// <param name="Value">The text that it stands for, quotes and escapes resolved.</param>
    /// <param name="Kind">What YAML's core schema takes it for: what is quoted is always text.</param>
    /// <param name="From">Offset of its first character in the file, its quote included.</param>
    /// <param name="To">Offset behind its last character.</param>
    public sealed record Scalar(TextPosition At, string Value, ScalarKind Kind, int From, int To) : YamlPiece(At);

    public sealed record List(TextPosition At) : YamlPiece(At)
    {
        public IList<YamlPiece> Items { get; } = [];
    }

    /// <summary>Entries in the order of the file; a key may stand there twice.</summary>
    public sealed record Map(TextPosition At) : YamlPiece(At)
    {
        public IList<(YamlPiece Key, YamlPiece Value)> Entries { get; } = [];
    }
}

/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
public readonly record struct TextPosition(int Line, int Column);

/// <summary>What a scalar is to whoever reads YAML as JSON.</summary>
public enum ScalarKind
{
    Text,
    Whole,
    Fraction,
    Truth,
    Nothing,
}
