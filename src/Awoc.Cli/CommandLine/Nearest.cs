namespace Awoc.Cli.CommandLine;

/// <summary>The known word that somebody most likely meant.</summary>
internal static class Nearest
{
    /// <summary>The nearest of the known words, when it is near enough to be worth saying; null otherwise.</summary>
    public static string? To(string word, IEnumerable<string> known)
    {
        var (best, distance) = known
            .Select(k => (Word: k, Distance: k.StartsWith(word, StringComparison.OrdinalIgnoreCase) && word.Length > 2 ? 1 : Distance(word, k)))
            .DefaultIfEmpty(("", int.MaxValue))
            .MinBy(p => p.Item2);
        return distance <= Math.Max(1, Math.Min(word.Length, best.Length) / 3) ? best : null;
    }

    /// <summary>", did you mean 'X'?", or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> known) => To(word, known) is { } near ? $" Did you mean '{near}'?" : "";

    /// <summary>Optimal string alignment: a swap of neighbours counts as one slip, as it is one.</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 4 || a.Length > 64) return int.MaxValue;
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + same);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }
}
