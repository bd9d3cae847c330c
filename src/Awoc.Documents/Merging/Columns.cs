namespace Awoc.Documents.Merging;

/// <summary>White space at the start of a line, counted in columns: a tab reaches to the next multiple of four.</summary>
internal static class Columns
{
    /// <summary>The line without its first columns of white space, and no more than that.</summary>
    public static string Dedent(ReadOnlySpan<char> line, int columns)
    {
        var (at, column) = (0, 0);
        while (at < line.Length && column < columns && line[at] is ' ' or '\t')
        {
            column = After(line[at], column);
            at++;
        }

        // A tab that was cut in two leaves its rest as spaces.
        return column > columns ? string.Concat(new string(' ', column - columns), line[at..]) : line[at..].ToString();
    }

    /// <summary>What stands from that column on, whatever is before it.</summary>
    public static ReadOnlySpan<char> From(ReadOnlySpan<char> line, int column)
    {
        var (at, reached) = (0, 0);
        while (at < line.Length && reached < column) reached = After(line[at++], reached);
        return line[at..];
    }

    /// <summary>The line from its code fence on.</summary>
    public static ReadOnlySpan<char> FromMarker(ReadOnlySpan<char> line)
    {
        var at = line.IndexOfAny('`', '~');
        return at < 0 ? line : line[at..];
    }

    public static int After(char c, int column) => c == '\t' ? column + 4 - column % 4 : column + 1;
}
