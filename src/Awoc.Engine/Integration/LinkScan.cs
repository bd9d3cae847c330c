namespace Awoc.Engine.Integration;

/// <summary>
/// Where the links of a line of Markdown lead: <c>[text](path "title")</c>, and <c>[label]: path</c> at the line's start. Scanned by hand, each
/// character a fixed number of times: the line may be a megabyte that someone wrote to be slow.
/// </summary>
internal static class LinkScan
{
    private const string Opening = "](";

    /// <returns>As written, with the angle brackets where there are any.</returns>
    public static List<string> Of(string line)
    {
        List<string> links = [];
        var at = Definition(line, links);
        while (at < line.Length)
        {
            var opening = line.IndexOf(Opening, at, StringComparison.Ordinal);
            if (opening < 0) break;
            at = opening + Opening.Length;
            var start = White(line, at);
            var end = Destination(line, start, inLink: true);
            if (end == start) continue;
            var close = White(line, end);
            if (close < line.Length && close > end && line[close] is '"' or '\'' or '(')
            {
                // A title. Without a closing bracket after it there is no further link at all.
                close = line.IndexOf(')', close + 1);
                if (close < 0) break;
            }

            if (close >= line.Length || line[close] != ')') continue;
            links.Add(line[start..end]);
            at = close + 1;
        }

        return links;
    }

    /// <summary>Where to go on after the definition, if the line is one.</summary>
    private static int Definition(string line, List<string> links)
    {
        var start = White(line, 0);
        if (start > 3 || start == line.Length || line[start] != '[') return 0;
        var label = line.IndexOf(']', start);
        if (label < start + 2 || label + 1 >= line.Length || line[label + 1] != ':') return 0;
        start = White(line, label + 2);
        var end = Destination(line, start, inLink: false);
        if (end > start) links.Add(line[start..end]);
        return end;
    }

    /// <summary>The end of what is between angle brackets, or of a word; the start where there is neither.</summary>
    private static int Destination(string line, int start, bool inLink)
    {
        if (start < line.Length && line[start] == '<')
        {
            var close = line.AsSpan(start + 1).IndexOfAny('<', '>');
            if (close >= 0 && line[start + 1 + close] == '>') return start + close + 2;
        }

        var end = start;
        while (end < line.Length && !char.IsWhiteSpace(line[end]) && !(inLink && line[end] is '(' or ')' or '<' or '>')) end++;
        return end;
    }

    private static int White(string line, int at)
    {
        while (at < line.Length && char.IsWhiteSpace(line[at])) at++;
        return at;
    }
}
