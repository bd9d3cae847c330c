namespace Awoc.Documents.Tests;

/// <summary>What holds of every integration.</summary>
internal static class Laws
{
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
