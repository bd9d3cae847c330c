namespace Awoc.Engine.Verifying;

/// <summary>
/// Looks for a text in another in steps that grow with their lengths' sum (Knuth, Morris and Pratt). The runtime's own search takes their
/// product where both repeat themselves, and both may be an agent's.
/// </summary>
internal static class LinearSearch
{
    public static bool Contains(ReadOnlySpan<char> text, ReadOnlySpan<char> wanted)
    {
        if (wanted.Length == 0) return true;
        var borders = Borders(wanted);
        var matched = 0;
        foreach (var c in text)
        {
            while (matched > 0 && wanted[matched] != c) matched = borders[matched - 1];
            if (wanted[matched] == c) matched++;
            if (matched == wanted.Length) return true;
        }

        return false;
    }

    /// <summary>For each beginning of the text, the longest shorter one that it also ends in.</summary>
    private static int[] Borders(ReadOnlySpan<char> text)
    {
        var borders = new int[text.Length];
        for (int at = 1, length = 0; at < text.Length; at++)
        {
            while (length > 0 && text[at] != text[length]) length = borders[length - 1];
            if (text[at] == text[length]) length++;
            borders[at] = length;
        }

        return borders;
    }
}
