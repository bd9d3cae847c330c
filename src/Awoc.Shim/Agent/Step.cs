namespace Awoc.Shim.Agent;

internal enum StepKind
{
    Line,
    Int,
    Term,
    Kill,
}

/// <summary>One step of the ladder and the time it is given.</summary>
internal sealed record Step(StepKind Do, long GraceUs, byte[]? Text)
{
    internal static StepKind? Kind(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("line"u8) ? StepKind.Line
        : name.SequenceEqual("int"u8) ? StepKind.Int
        : name.SequenceEqual("term"u8) ? StepKind.Term
        : name.SequenceEqual("kill"u8) ? StepKind.Kill
        : null;

    internal static ReadOnlySpan<byte> Name(StepKind kind) => kind switch
    {
        StepKind.Line => "line"u8,
        StepKind.Int => "int"u8,
        StepKind.Term => "term"u8,
        StepKind.Kill => "kill"u8,
    };
}
