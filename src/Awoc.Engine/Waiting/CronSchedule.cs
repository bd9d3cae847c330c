using Awoc.Core.Tasks;
using Cronos;

namespace Awoc.Engine.Waiting;

/// <summary>When a task that recurs comes again.</summary>
internal static class CronSchedule
{
    public const string Allowed = "five fields (minute hour day month weekday), or six with seconds first, that name a time to come: '0 2 * * *', '*/15 9-17 * * MON-FRI'";

    /// <summary>The expression; null where it cannot be read.</summary>
    public static CronExpression? Read(string text)
    {
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        return CronExpression.TryParse(text.Trim(), fields == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard, out var expression) ? expression : null;
    }

    /// <summary>
    /// The first time after that one; null where there is none. Cronos has it at the end of the gap where clocks are put forward past it, and
    /// once where they show it twice, unless it comes every so many minutes.
    /// </summary>
    public static DateTimeOffset? Next(CronExpression expression, TimeZoneInfo zone, DateTimeOffset after) =>
        expression.GetNextOccurrence(after, zone)?.ToUniversalTime();

    /// <summary>
    /// When the task comes again, now that it has ended: what was missed is not made up, and a clock that was set back does not bring the
    /// same time a second time.
    /// </summary>
    public static DateTimeOffset? Next(TaskSpec spec, DateTimeOffset now, TimeZoneInfo local)
    {
        if (spec.Recurs is not { } recurs || Read(recurs.Cron) is not { } expression) return null;
        var after = spec.Start?.NotBefore is { } own && own > now ? own : now;

        // The zone was known at the launch: should the machine have lost it, the task comes again all the same.
        return Next(expression, TimeZones.Find(recurs.Zone, local) ?? TimeZoneInfo.Utc, after);
    }
}
