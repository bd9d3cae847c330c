namespace Awoc.Engine.Integration;

/// <summary>
/// Takes a block of lines out of a text that has gone on changing. Where an integration did nothing but put one block in, that block can
/// be found again and taken out even when its neighbours have changed since, which a three-way merge would call a conflict.
/// </summary>
internal static class InsertedBlock
{
    /// <returns>The text without the block; null where more than one block was put in, or it is not there once exactly.</returns>
    public static byte[]? TakeOut(byte[] before, byte[] after, byte[] now)
    {
        var (old, made) = (Lines(before), Lines(after));
        var start = 0;
        while (start < old.Count && start < made.Count && Same(before, old[start], after, made[start])) start++;
        var tail = 0;
        while (tail < old.Count - start && tail < made.Count - start && Same(before, old[^(tail + 1)], after, made[^(tail + 1)])) tail++;
        if (start + tail < old.Count || made.Count == old.Count) return null;

        var first = made[start].Start;
        var block = after.AsSpan(first, made[^(tail + 1)].End - first);
        var at = AtLineStart(now, block, 0);
        if (at < 0 || AtLineStart(now, block, at + 1) >= 0) return null;
        return [.. now.AsSpan(0, at), .. now.AsSpan(at + block.Length)];
    }

    private static int AtLineStart(ReadOnlySpan<byte> text, ReadOnlySpan<byte> block, int from)
    {
        while (from <= text.Length)
        {
            var at = text[from..].IndexOf(block);
            if (at < 0) return -1;
            at += from;
            if (at == 0 || text[at - 1] == (byte)'\n') return at;
            from = at + 1;
        }

        return -1;
    }

    private static bool Same(byte[] one, (int Start, int End) a, byte[] other, (int Start, int End) b) =>
        one.AsSpan(a.Start, a.End - a.Start).SequenceEqual(other.AsSpan(b.Start, b.End - b.Start));

    /// <summary>With their ends.</summary>
    private static List<(int Start, int End)> Lines(ReadOnlySpan<byte> text)
    {
        List<(int, int)> lines = [];
        for (var start = 0; start < text.Length;)
        {
            var end = text[start..].IndexOf((byte)'\n');
            var next = end < 0 ? text.Length : start + end + 1;
            lines.Add((start, next));
            start = next;
        }

        return lines;
    }
}
