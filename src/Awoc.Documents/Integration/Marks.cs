using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Awoc.Core.Tasks;
using Awoc.Documents.Merging;

namespace Awoc.Documents.Integration;

/// <summary>The invisible marks and the visible words that say where something came from.</summary>
internal static class Marks
{
    /// <summary>What a reference's mark ends with, after the handle.</summary>
    public const string ReferenceEnd = " reference -->";

    private const int ShortSha = 12;

    private const string DayFormat = "yyyy-MM-dd";

    /// <summary><c>&lt;!-- awoc:9f86d081884c --&gt;</c></summary>
    public static string Of(ResultOrigin origin) => $"{Normal.MarkStart}{origin.Task.Handle} -->";

    /// <summary>
    /// <c>&lt;!-- awoc:9f86d081884c reference --&gt;</c>: of the line that a newer result of the task replaces. No other mark says that, so that
    /// nothing else is ever replaced.
    /// </summary>
    public static string OfReference(ResultOrigin origin) => $"{Normal.MarkStart}{origin.Task.Handle}{ReferenceEnd}";

    /// <summary>The same with the result's own hash: another result of the task has another.</summary>
    /// <param name="part">What of it was brought in; null for all.</param>
    public static string Of(ResultOrigin origin, byte[] result, string? part = null) =>
        $"{Normal.MarkStart}{origin.Task.Handle} {Convert.ToHexStringLower(SHA256.HashData(result))[..ShortSha]}{(part is null ? "" : " " + part)} -->";

    public static string Day(ResultOrigin origin) => origin.EndedAt.UtcDateTime.ToString(DayFormat, CultureInfo.InvariantCulture);

    public static bool IsDay(ReadOnlySpan<char> text) => DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary><c>budget exhausted</c></summary>
    public static string Words(TaskOutcome outcome) => JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString()).Replace('_', ' ');

    /// <summary>The title on one line, without what would end a heading or a link.</summary>
    public static string Title(ResultOrigin origin)
    {
        var title = Normal.Text(origin.Title.Replace("<!--", "", StringComparison.Ordinal)).TrimEnd('#', ' ');
        return title.Length > 0 ? title : origin.Type;
    }
}
