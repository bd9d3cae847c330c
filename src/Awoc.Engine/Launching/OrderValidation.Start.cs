using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Core.Waiting;
using Awoc.Engine.Waiting;

namespace Awoc.Engine.Launching;

/// <summary>When a task is to start, and what becomes of it when what it waits for does not succeed. The tasks themselves are <see cref="Dependencies"/>' part.</summary>
internal sealed partial class OrderValidation
{
    private const long LongestDelay = 366 * 86_400;

    /// <summary>The time of the start, and by what the task comes again.</summary>
    /// <param name="now">The time of the launch.</param>
    /// <param name="local">The daemon's own time zone.</param>
    public (StartCondition? Start, Recurrence? Recurs) Start(DateTimeOffset now, TimeZoneInfo local)
    {
        var onUnmet = Word<OnUnmet>("--on-unmet", order.OnUnmet) ?? OnUnmet.Fail;
        var (time, recurs) = Times(now, local);
        return (time is null && onUnmet == OnUnmet.Fail ? null : new StartCondition { NotBefore = time, OnUnmet = onUnmet }, recurs);
    }

    private (DateTimeOffset? Time, Recurrence? Recurs) Times(DateTimeOffset now, TimeZoneInfo local)
    {
        (string Flag, string? Given)[] times = [("--at", order.At), ("--in", order.In), ("--cron", order.Cron)];
        if (times.Where(t => t.Given is not null).ToList() is [var first, var second, ..])
        {
            Fault(second.Flag, second.Given!, $"no {first.Flag} beside it: each says when the task starts");
            return (null, null);
        }

        if (TimeZones.Find(order.Zone, local) is not { } zone)
        {
            if (order.At is not null || order.Cron is not null)
                Fault("the time zone", order.Zone!, "the IANA name of a time zone that this machine knows, such as Europe/Berlin");
            return (null, null);
        }

        if (order.In is { } delay)
        {
            if (Duration.TryParseSeconds(delay, out var seconds) && seconds is >= 1 and <= LongestDelay) return (now.AddSeconds(seconds), null);
            Fault("--in", delay, $"{Duration.Allowed}, from 1 s to {Duration.Text(LongestDelay)}");
        }

        if (order.At is { } at)
        {
            if (StartTimes.TryParse(at, zone, now, out var time)) return (time, null);
            Fault("--at", at, StartTimes.Allowed);
        }

        return order.Cron is { } cron ? Recurring(cron, zone, now) : (null, null);
    }

    private (DateTimeOffset? Time, Recurrence? Recurs) Recurring(string cron, TimeZoneInfo zone, DateTimeOffset now)
    {
        if (order.After.Count + order.AfterAny.Count + order.AfterEnded.Count > 0)
            Fault("--cron", cron, "no --after beside it: a task that comes again waits for its time alone");
        else if (CronSchedule.Read(cron) is not { } expression)
            Fault("--cron", cron, CronSchedule.Allowed);
        else if (CronSchedule.Next(expression, zone, now) is not { } first)
            Fault("--cron", cron, "a time that comes: by this one it never would");
        else
            return (first, new Recurrence(string.Join(' ', cron.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), zone.Id));
        return (null, null);
    }
}
