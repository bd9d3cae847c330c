namespace Awoc.Documents.Tests;

internal static class Laws
{
    /// <summary>Every line of the one is in the other, in the same order.</summary>
    public static void HoldsLines(byte[] before, byte[] after)
    {
        Assert.True(TextDocument.TryRead(before, "before", out var one, out _));
        Assert.True(TextDocument.TryRead(after, "after", out var other, out _));
        var missing = FirstMissing(one!, other!);
        Assert.True(missing is null, $"line {missing + 1} is lost: {(missing is { } line ? one!.Line(line).ToString() : "")}");
    }

    public static int? FirstMissing(TextDocument before, TextDocument after)
    {
        var at = 0;
        for (var line = 0; line < before.LineCount; line++)
        {
            while (at < after.LineCount && !after.Line(at).SequenceEqual(before.Line(line))) at++;
            if (at++ >= after.LineCount) return line;
        }

        return null;
    }
}
