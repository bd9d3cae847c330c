using System.Globalization;
using System.Text.RegularExpressions;

namespace Awoc.Core.Waiting;

/// <summary>Times as people write them, in the time zone of whoever writes.</summary>
public static partial class StartTimes
{
    public const string Allowed = "a time to come: 2026-11-24T02:00Z, 2026-11-24T02:00 (your time zone), 02:00 (the next one), tomorrow 02:00";

    /// <summary>Further off is a slip of the pen.</summary>
    private static readonly TimeSpan s_farthest = TimeSpan.FromDays(3660);

    private static readonly string[] s_times = ["H:mm", "H:mm:ss"];

    private static readonly string[] s_locals = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"];

    private static readonly string[] s_instants =
        ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK"];

    /// <summary>False for what is no time, is past or lies more than ten years ahead.</summary>
    public static bool TryParse(string text, TimeZoneInfo zone, DateTimeOffset now, out DateTimeOffset time)
    {
        time = default;
        if (Read(text.Trim(), zone, now) is not { } read || read <= now || read - now > s_farthest) return false;
        time = read.ToUniversalTime();
        return true;
    }

    /// <summary>
    /// The moment at which clocks of the zone show this. Where they are put forward past it, the moment they are; where they show it
    /// twice, the first.
    /// </summary>
    public static DateTimeOffset In(TimeZoneInfo zone, DateTime local)
    {
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (zone.IsInvalidTime(local))
        {
            // A gap is at most a few hours long, and ends on a minute.
            var end = new DateTime(local.Ticks - (local.Ticks % TimeSpan.TicksPerMinute));
            while (zone.IsInvalidTime(end)) end = end.AddMinutes(1);
            local = end;
        }

        // Of two, the earlier is the one further from UTC.
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }

    private static DateTimeOffset? Read(string text, TimeZoneInfo zone, DateTimeOffset now)
    {
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        if (Day().Match(text) is { Success: true } day && Time(day.Groups["time"].Value) is { } at)
        {
            switch (day.Groups["day"].Value.ToUpperInvariant())
            {
                case "TODAY":
                    return In(zone, today + at);
                case "TOMORROW":
                    return In(zone, today.AddDays(1) + at);
                default:
                    var next = In(zone, today + at);
                    return next > now ? next : In(zone, today.AddDays(1) + at);
            }
        }

        if (DateTime.TryParseExact(text, s_locals, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)) return In(zone, local);
        return HasOffset().IsMatch(text) && DateTimeOffset.TryParseExact(text, s_instants, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            ? instant
            : null;
    }

    private static TimeSpan? Time(string text) =>
        DateTime.TryParseExact(text, s_times, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time.TimeOfDay : null;

    [GeneratedRegex(@"^(?:(?<day>today|tomorrow)\s+)?(?<time>\d{1,2}:\d{2}(?::\d{2})?)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Day();

    [GeneratedRegex(@"(?:Z|[+-]\d{2}:\d{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex HasOffset();
}
