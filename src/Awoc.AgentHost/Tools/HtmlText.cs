using System.Net;
using System.Text.RegularExpressions;

namespace Awoc.AgentHost.Tools;

/// <summary>The words of a page: enough for a model to read it, no parser.</summary>
internal static partial class HtmlText
{
    public static string Of(string html)
    {
        var text = Unseen().Replace(html, " ");
        text = Heading().Replace(text, m => $"\n\n{new string('#', m.Groups["level"].Value[0] - '0')} ");
        text = Item().Replace(text, "\n- ");
        text = Link().Replace(text, m => $"{m.Groups["text"].Value} ({m.Groups["url"].Value})");
        text = Block().Replace(text, "\n");
        text = WebUtility.HtmlDecode(Tag().Replace(text, ""));
        text = Margins().Replace(Blanks().Replace(text, " "), "\n");
        return Gaps().Replace(text, "\n\n").Trim();
    }

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    [GeneratedRegex(@"<!--(?s:.*?)-->|<script\b(?s:.*?)</script>|<style\b(?s:.*?)</style>|<head\b(?s:.*?)</head>|<svg\b(?s:.*?)</svg>|<noscript\b(?s:.*?)</noscript>", Options)]
    private static partial Regex Unseen();

    [GeneratedRegex(@"<h(?<level>[1-6])\b[^>]*>", Options)]
    private static partial Regex Heading();

    [GeneratedRegex(@"<li\b[^>]*>", Options)]
    private static partial Regex Item();

    [GeneratedRegex("<a\\b[^>]*?href=\"(?<url>https?://[^\"]*)\"[^>]*>(?<text>[^<]*)</a>", Options)]
    private static partial Regex Link();

    [GeneratedRegex(@"</?(?:p|div|br|tr|table|ul|ol|h[1-6]|section|article|header|footer|pre|blockquote)\b[^>]*>", Options)]
    private static partial Regex Block();

    [GeneratedRegex("<[^>]*>", Options)]
    private static partial Regex Tag();

    [GeneratedRegex(@"[ \t\r\u00a0]+", Options)]
    private static partial Regex Blanks();

    [GeneratedRegex(" ?\n ?", Options)]
    private static partial Regex Margins();

    [GeneratedRegex(@"\n{3,}", Options)]
    private static partial Regex Gaps();
}
