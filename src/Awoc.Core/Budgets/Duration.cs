using System.Globalization;
using System.Text.RegularExpressions;

namespace Awoc.Core.Budgets;

/// <summary>Spans of time as people write them: <c>600</c> (seconds, as in the seed), <c>90s</c>, <c>10m</c>, <c>1h30m</c>, <c>24h</c>, <c>2d</c>.</summary>
public static partial class Duration
{
    public const string Allowed = "whole seconds (600) or a duration (90s, 10m, 1h30m, 2d)";

    public static bool TryParseSeconds(string text, out long seconds)
    {
        seconds = 0;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds)) return true;
        var match = Pattern().Match(text);
        if (!match.Success || text.Length == 0) return false;
        try
        {
            checked
            {
                seconds = (Part(match, "d") * 86_400) + (Part(match, "h") * 3_600) + (Part(match, "m") * 60) + Part(match, "s");
            }

            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    /// <summary>The shortest text that says the same: <c>1h30m</c>.</summary>
    public static string Text(long seconds)
    {
        if (seconds == 0) return "0s";
        var span = TimeSpan.FromSeconds(seconds);
        return string.Concat(
            Unit((long)span.TotalDays, "d"), Unit(span.Hours, "h"), Unit(span.Minutes, "m"), Unit(span.Seconds, "s"));
    }

    private static string Unit(long value, string unit) => value == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");

    private static long Part(Match match, string unit) =>
        match.Groups[unit] is { Success: true, Value: var digits } ? long.Parse(digits, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?:(?<d>\d{1,6})d)?(?:(?<h>\d{1,8})h)?(?:(?<m>\d{1,9})m)?(?:(?<s>\d{1,12})s)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
