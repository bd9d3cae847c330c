namespace Awoc.Documents.Markdown;

/// <summary>The rows of a table as GitHub writes it: <c>| a | b |</c>.</summary>
internal static class PipeTable
{
    /// <summary>Whether it is the line beneath the heads, <c>| --- | :-: |</c>.</summary>
    public static bool IsDelimiter(ReadOnlySpan<char> line, out int columns)
    {
        columns = 0;
        line = line.Trim();
        if (line.IsEmpty || !line.Contains('-') || line.ContainsAnyExcept("|-: \t") || !(line.Contains('|') || line.Contains(':'))) return false;
        if (line[0] == '|') line = line[1..];
        if (line is [.., '|']) line = line[..^1];
        foreach (var range in line.Split('|'))
        {
            var cell = line[range].Trim();
            if (cell is [':', ..]) cell = cell[1..];
            if (cell is [.., ':']) cell = cell[..^1];
            if (cell.IsEmpty || cell.ContainsAnyExcept('-')) return false;
            columns++;
        }

        return columns > 0;
    }

    /// <summary>The cells as they are written, trimmed; a bar after a backslash is no border.</summary>
    public static List<string> Cells(ReadOnlySpan<char> line)
    {
        line = line.Trim();
        if (line is ['|', ..]) line = line[1..];
        if (line is [.., '|'] && line is not [.., '\\', '|']) line = line[..^1];
        List<string> cells = [];
        var start = 0;
        for (var at = 0; at <= line.Length; at++)
        {
            if (at < line.Length && (line[at] != '|' || (at > 0 && line[at - 1] == '\\'))) continue;
            cells.Add(line[start..at].Trim().ToString());
            start = at + 1;
        }

        return cells;
    }
}
