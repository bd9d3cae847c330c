using System.Text.RegularExpressions;
using Awoc.Documents.Markdown;

namespace Awoc.Documents.Contracts.Citations;

/// <summary>
/// Finds what a document claims of local files: paths in links and inline code, and code blocks that are attributed to a file by their info
/// string (<c>```cs src/A.cs:10-20</c>) or by a line before them that is a place and nothing else (<c>`src/A.cs:10`:</c>). Reads no file.
/// </summary>
public static partial class CitationScan
{
    /// <summary>Claims beyond these are not looked at: so many are an inventory, not evidence.</summary>
    public const int MostClaims = 300;

    /// <summary>Quoted pieces of one document that are looked for.</summary>
    public const int MostPieces = 300;

    /// <summary>Of a piece only its beginning is looked for: so many lines that are not empty.</summary>
    public const int MostPieceLines = 40;

    /// <summary>And so many characters, white space aside.</summary>
    public const int LongestPiece = 4000;

    /// <summary>Characters that a quoted line has at least, to be looked for.</summary>
    private const int ShortestQuote = 8;

    private const int LongestLine = 10_000;

    public static IReadOnlyList<Claim> Find(MarkdownOutline outline, CancellationToken cancellation = default)
    {
        var document = outline.Document;
        var fences = new List<MarkdownBlock>();
        var isCode = new bool[document.LineCount];
        Collect(outline.Root, fences, isCode);
        var claims = new List<Claim>();
        for (var line = outline.FrontMatter?.End ?? 0; line < document.LineCount && claims.Count < MostClaims; line++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!isCode[line]) Scan(document.Line(line), line + 1, claims);
        }

        var pieces = 0;
        foreach (var fence in fences)
        {
            cancellation.ThrowIfCancellationRequested();
            if (claims.Count >= MostClaims) break;
            if (Attributed(document, fence, MostPieces - pieces) is not { } claim) continue;
            pieces += claim.Quotes.Count;
            claims.Add(claim);
            if (claim.QuotesMore) break;
        }

        return [.. claims.DistinctBy(claim => (claim.Path, claim.Range, claim.Quotes.Count == 0 && !claim.QuotesMore ? 0 : claim.Line)).OrderBy(claim => claim.Line)];
    }

    private static void Collect(MarkdownSection section, List<MarkdownBlock> fences, bool[] isCode)
    {
        foreach (var block in section.Blocks) Collect(block, fences, isCode);
        foreach (var child in section.Children) Collect(child, fences, isCode);
    }

    private static void Collect(MarkdownBlock block, List<MarkdownBlock> fences, bool[] isCode)
    {
        if (block.Kind is MarkdownBlockKind.Fence or MarkdownBlockKind.IndentedCode or MarkdownBlockKind.Html)
        {
            Array.Fill(isCode, true, block.Start, block.End - block.Start);
            if (block.Kind == MarkdownBlockKind.Fence) fences.Add(block);
        }

        foreach (var inner in block.Items.SelectMany(item => item.Blocks)) Collect(inner, fences, isCode);
    }

    private static void Scan(ReadOnlySpan<char> line, int number, List<Claim> claims)
    {
        if (line.Length > LongestLine || (!line.Contains('`') && !line.Contains("](", StringComparison.Ordinal))) return;
        foreach (Match match in Mention().Matches(line.ToString()))
        {
            var isLink = match.Groups["link"].Success;
            var word = isLink ? Uri.UnescapeDataString(match.Groups["link"].Value) : match.Groups["code"].Value.Trim();
            if (PathText.Read(word) is not { } place) continue;
            claims.Add(new Claim(number, place.Path) { Range = place.Range, IsLink = isLink });
            if (claims.Count >= MostClaims) return;
        }
    }

    private static Claim? Attributed(TextDocument document, MarkdownBlock fence, int most)
    {
        var opening = document.Line(fence.Start).Trim().TrimStart("`~").Trim().ToString();
        var language = opening.Split(' ', 2)[0];
        if (language is "diff" or "patch") return null;
        var named = opening.Split([' ', '"', '=', '\''], StringSplitOptions.RemoveEmptyEntries).Select(word => Place(word)).FirstOrDefault(place => place is not null);
        var place = named ?? Before(document, fence.Start);
        if (place is not { } found) return null;
        var quotes = Quotes(document, fence, most + 1);
        if (quotes.Count == 0) return null;
        return new Claim(fence.Start + 1, found.Path) { Range = found.Range, Quotes = [.. quotes.Take(most)], QuotesMore = quotes.Count > most };
    }

    /// <summary>A line with a file and a line number and nothing else: a file alone may as well be one to be written.</summary>
    private static (string Path, (int First, int Last)? Range)? Before(TextDocument document, int fence)
    {
        var at = fence - 1;
        if (at >= 0 && document.IsBlank(at)) at--;
        if (at < 0 || document.Line(at).Length > 400) return null;
        var match = Label().Match(document.Line(at).ToString());
        return match.Success && PathText.Read(match.Groups["place"].Value) is { Range: not null } place ? place : null;
    }

    // 10:20:src/A.cs as some editors write it, or src/A.cs:10-20
    private static (string Path, (int First, int Last)? Range)? Place(string word)
    {
        if (Leading().Match(word) is { Success: true } leading
            && int.TryParse(leading.Groups[1].ValueSpan, out var first) && int.TryParse(leading.Groups[2].ValueSpan, out var last))
            return PathText.Read(word.AsSpan(leading.Length)) is { } after ? (after.Path, (first, last)) : null;
        return PathText.Read(word);
    }

    private static List<IReadOnlyList<string>> Quotes(TextDocument document, MarkdownBlock fence, int most)
    {
        var pieces = new List<IReadOnlyList<string>>();
        var piece = new List<string>();
        var length = 0;
        var end = fence.Unclosed ? fence.End : fence.End - 1;
        for (var line = fence.Start + 1; line < end && pieces.Count < most; line++)
        {
            var text = Number().Replace(document.Line(line).ToString(), "");
            var bare = Squeeze(text);
            // …, // ..., # ...
            if (Elision().IsMatch(bare)) Take();
            else if (bare.Length > 0 && piece.Count < MostPieceLines && length < LongestPiece) Add(bare.Length <= LongestPiece - length ? bare : bare[..(LongestPiece - length)]);
        }

        Take();
        return pieces;

        void Add(string quoted)
        {
            piece.Add(quoted);
            length += quoted.Length;
        }

        void Take()
        {
            if (length >= ShortestQuote && pieces.Count < most) pieces.Add([.. piece]);
            piece.Clear();
            length = 0;
        }
    }

    /// <summary>Without the white space: how code is indented or broken within a line does not matter.</summary>
    public static string Squeeze(ReadOnlySpan<char> line)
    {
        Span<char> buffer = line.Length <= 512 ? stackalloc char[line.Length] : new char[line.Length];
        var length = 0;
        foreach (var c in line)
        {
            if (!char.IsWhiteSpace(c)) buffer[length++] = c;
        }

        return buffer[..length].ToString();
    }

    // [text](target "title"), `code`
    [GeneratedRegex("""(?<!!)\[[^\]]{0,300}\]\(<?(?<link>[^)>\s]+)>?(?:\s+["'][^)]*)?\)|(?<!`)`(?<code>[^`]{1,300})`(?!`)""")]
    private static partial Regex Mention();

    // **`src/A.cs:10`**:   From src/A.cs:10-20   File: src/A.cs:10
    [GeneratedRegex(@"^\s*(?:[-*+]\s+|\d+[.)]\s+|#+\s+)?(?:(?:File|From|In|At|See):?\s+)?[*_`(]*(?<place>[^\s`*()]+?)[*_`)]*\s*:?\s*$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Label();

    [GeneratedRegex(@"^(\d{1,8}):(\d{1,8}):", RegexOptions.NonBacktracking)]
    private static partial Regex Leading();

    // "  12 | code", "12: code", "12→code"
    [GeneratedRegex(@"^\s*\d{1,6}\s*(?:\||:|→)\s?", RegexOptions.NonBacktracking)]
    private static partial Regex Number();

    [GeneratedRegex(@"^(?://|#|--|/\*|<!--)?(?:\.\.\.|…)[^\w]*$|^(?://|#|--)\.\.\.", RegexOptions.NonBacktracking)]
    private static partial Regex Elision();
}
