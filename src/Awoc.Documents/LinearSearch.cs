namespace Awoc.Documents;

/// <summary>
/// Looks for a run of values in another, characters or lines, in steps that grow with their lengths' sum (Knuth, Morris and Pratt). The
/// runtime's own search takes their product where both repeat themselves, and both may be an agent's.
/// </summary>
public static class LinearSearch
{
    public static bool Contains<T>(ReadOnlySpan<T> text, ReadOnlySpan<T> wanted) where T : IEquatable<T>
    {
        if (wanted.Length == 0) return true;
        var borders = Borders(wanted);
        var matched = 0;
        foreach (var value in text)
        {
            while (matched > 0 && !wanted[matched].Equals(value)) matched = borders[matched - 1];
            if (wanted[matched].Equals(value)) matched++;
            if (matched == wanted.Length) return true;
        }

        return false;
    }

    /// <summary>For each beginning of the text, the longest shorter one that it also ends in.</summary>
    private static int[] Borders<T>(ReadOnlySpan<T> text) where T : IEquatable<T>
    {
        var borders = new int[text.Length];
        for (int at = 1, length = 0; at < text.Length; at++)
        {
            while (length > 0 && !text[at].Equals(text[length])) length = borders[length - 1];
            if (text[at].Equals(text[length])) length++;
            borders[at] = length;
        }

        return borders;
    }
}
