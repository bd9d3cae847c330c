namespace Awoc.Documents.Summaries;

/// <summary>Cuts running text after its sentences.</summary>
internal static class Sentences
{
    private static readonly string[] s_abbreviations = ["e.g.", "i.e.", "etc.", "vs.", "cf.", "approx.", "dr.", "mr.", "mrs.", "st.", "no.", "fig."];

    /// <summary>After <c>.</c>, <c>!</c> or <c>?</c> and a space, where no small letter follows; never within code.</summary>
    public static List<string> Of(string text)
    {
        List<string> sentences = [];
        var start = 0;
        var code = false;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '`') code = !code;
            if (code || text[at] is not ('.' or '!' or '?') || at + 1 >= text.Length || text[at + 1] != ' ') continue;
            if (at + 2 < text.Length && char.IsLower(text[at + 2])) continue;
            if (s_abbreviations.Any(a => text.AsSpan(start, at + 1 - start).EndsWith(a, StringComparison.OrdinalIgnoreCase))) continue;
            sentences.Add(text[start..(at + 1)].Trim());
            start = at + 2;
        }

        if (start < text.Length && !string.IsNullOrWhiteSpace(text[start..])) sentences.Add(text[start..].Trim());
        return sentences;
    }

    public static int Words(ReadOnlySpan<char> text)
    {
        var (words, within) = (0, false);
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c)) within = false;
            else if (!within) (words, within) = (words + 1, true);
        }

        return words;
    }

    /// <summary>The first words, with an ellipsis where some were left out.</summary>
    public static string Cut(string text, int words, int characters = int.MaxValue)
    {
        var (count, at) = (0, 0);
        while (at < text.Length)
        {
            var end = text.IndexOf(' ', at);
            if (end < 0) end = text.Length;
            if (count == words || end > characters) return (count == 0 ? text[..Math.Min(characters, text.Length)] : text[..at].TrimEnd(' ', ',', ';', ':')) + "…";
            (count, at) = (count + 1, end + 1);
        }

        return text;
    }
}
