namespace Awoc.Documents;

/// <summary>Lines of one text that stand in another's place; ends are not included.</summary>
internal readonly record struct LineChange(int Before, int BeforeEnd, int After, int AfterEnd);

/// <summary>
/// Finds what two sequences of lines have in common: equal ends first, then lines that occur once in both and keep their order (as patience
/// diff does), and so on between these. What is left is matched in order where the one is within the other, and else replaced. The time is
/// linear but for the sorting of anchors; the result is right always, and the shortest mostly.
/// </summary>
internal static class LineMatching
{
    /// <summary>Further rounds find next to nothing.</summary>
    private const int MaxRounds = 6;

    /// <summary>The table of a small rest has at most as many cells.</summary>
    private const int SmallCells = 250_000;

    public static List<LineChange> Changes(int[] before, int[] after)
    {
        List<LineChange> changes = [];
        Match(before, after, 0, before.Length, 0, after.Length, 0, changes);
        return Joined(changes);
    }

    private static void Match(int[] before, int[] after, int from, int to, int afterFrom, int afterTo, int round, List<LineChange> changes)
    {
        while (from < to && afterFrom < afterTo && before[from] == after[afterFrom]) (from, afterFrom) = (from + 1, afterFrom + 1);
        while (from < to && afterFrom < afterTo && before[to - 1] == after[afterTo - 1]) (to, afterTo) = (to - 1, afterTo - 1);
        if (from == to || afterFrom == afterTo)
        {
            if (from < to || afterFrom < afterTo) changes.Add(new LineChange(from, to, afterFrom, afterTo));
            return;
        }

        var anchors = round < MaxRounds ? Anchors(before, after, from, to, afterFrom, afterTo) : [];
        if (anchors.Count == 0)
        {
            MatchRest(before, after, from, to, afterFrom, afterTo, changes);
            return;
        }

        foreach (var (one, other) in anchors)
        {
            // An anchor may have been reached by the equal end of the range before it.
            if (one < from || other < afterFrom) continue;
            Match(before, after, from, one, afterFrom, other, round + 1, changes);
            (from, afterFrom) = (one + 1, other + 1);
        }

        Match(before, after, from, to, afterFrom, afterTo, round + 1, changes);
    }

    /// <summary>Lines that occur once on each side, as many as keep their order.</summary>
    private static List<(int Before, int After)> Anchors(int[] before, int[] after, int from, int to, int afterFrom, int afterTo)
    {
        Dictionary<int, (int Line, int Count)> ours = new(to - from);
        for (var line = from; line < to; line++) ours[before[line]] = (line, ours.TryGetValue(before[line], out var seen) ? seen.Count + 1 : 1);
        Dictionary<int, int> theirs = new(afterTo - afterFrom);
        for (var line = afterFrom; line < afterTo; line++) theirs[after[line]] = theirs.GetValueOrDefault(after[line]) + 1;

        // The longest rising run of positions: each pile's top, and for each candidate the one before it.
        List<(int Before, int After, int Previous)> candidates = [];
        List<int> tops = [];
        for (var line = afterFrom; line < afterTo; line++)
        {
            if (theirs[after[line]] != 1 || !ours.TryGetValue(after[line], out var own) || own.Count != 1) continue;
            var (low, high) = (0, tops.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (candidates[tops[middle]].Before < own.Line) low = middle + 1;
                else high = middle;
            }

            candidates.Add((own.Line, line, low == 0 ? -1 : tops[low - 1]));
            if (low == tops.Count) tops.Add(candidates.Count - 1);
            else tops[low] = candidates.Count - 1;
        }

        List<(int, int)> anchors = [];
        for (var at = tops.Count == 0 ? -1 : tops[^1]; at >= 0; at = candidates[at].Previous) anchors.Add((candidates[at].Before, candidates[at].After));
        anchors.Reverse();
        return anchors;
    }

    private static void MatchRest(int[] before, int[] after, int from, int to, int afterFrom, int afterTo, List<LineChange> changes)
    {
        if ((long)(to - from) * (afterTo - afterFrom) <= SmallCells)
        {
            MatchSmall(before, after, from, to, afterFrom, afterTo, changes);
            return;
        }

        // Insertions alone, the usual case: each line is met by the next equal one.
        List<LineChange> inserted = [];
        var (line, at) = (from, afterFrom);
        for (; line < to; line++, at++)
        {
            var start = at;
            while (at < afterTo && after[at] != before[line]) at++;
            if (at == afterTo) break;
            if (at > start) inserted.Add(new LineChange(line, line, start, at));
        }

        if (line < to)
        {
            changes.Add(new LineChange(from, to, afterFrom, afterTo));
            return;
        }

        changes.AddRange(inserted);
        if (at < afterTo) changes.Add(new LineChange(to, to, at, afterTo));
    }

    /// <summary>The longest common subsequence by its table.</summary>
    private static void MatchSmall(int[] before, int[] after, int from, int to, int afterFrom, int afterTo, List<LineChange> changes)
    {
        var (height, width) = (to - from, afterTo - afterFrom);
        var lengths = new int[height + 1, width + 1];
        for (var i = height - 1; i >= 0; i--)
        {
            for (var j = width - 1; j >= 0; j--)
            {
                lengths[i, j] = before[from + i] == after[afterFrom + j]
                    ? lengths[i + 1, j + 1] + 1
                    : Math.Max(lengths[i + 1, j], lengths[i, j + 1]);
            }
        }

        var (x, y) = (0, 0);
        while (x < height || y < width)
        {
            if (x < height && y < width && before[from + x] == after[afterFrom + y])
            {
                (x, y) = (x + 1, y + 1);
                continue;
            }

            var (startX, startY) = (x, y);
            while ((x < height || y < width) && !(x < height && y < width && before[from + x] == after[afterFrom + y]))
            {
                if (y == width || (x < height && lengths[x + 1, y] >= lengths[x, y + 1])) x++;
                else y++;
            }

            changes.Add(new LineChange(from + startX, from + x, afterFrom + startY, afterFrom + y));
        }
    }

    /// <summary>Changes that touch are one.</summary>
    private static List<LineChange> Joined(List<LineChange> changes)
    {
        List<LineChange> joined = [];
        foreach (var change in changes)
        {
            if (joined is [.., var last] && last.BeforeEnd == change.Before && last.AfterEnd == change.After)
                joined[^1] = last with { BeforeEnd = change.BeforeEnd, AfterEnd = change.AfterEnd };
            else joined.Add(change);
        }

        return joined;
    }
}
