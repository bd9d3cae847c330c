using System.Globalization;
using Awoc.Cli.Terminal;

namespace Awoc.Cli.CommandLine;

/// <summary>Durations as they are typed: <c>600</c> is seconds, as in the seed; <c>90s</c>, <c>10m</c>, <c>24h</c>, <c>7d</c>.</summary>
internal static class DurationText
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(30);

    public static TimeSpan Parse(string flag, string text)
    {
        var (digits, unit) = text is [.. var head, 's' or 'm' or 'h' or 'd'] ? (head, text[^1]) : (text, 's');
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            var seconds = (long)number * unit switch { 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 1 };
            if (seconds <= s_longest.TotalSeconds) return TimeSpan.FromSeconds(seconds);
        }

        throw new UsageException($"{flag} '{Printable.Line(text)}' is no duration from 1 second to 30 days: 600, 90s, 10m, 24h, 7d.");
    }
}
