using System.CommandLine;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>The flags of <c>awoc run</c> for when a task starts. The daemon judges their values.</summary>
internal sealed class StartFlags
{
    private readonly Option<string[]> _after = Tasks("--after", "Start when these tasks have succeeded");
    private readonly Option<string[]> _afterAny = Tasks("--after-any", "Start when one of these tasks has succeeded");
    private readonly Option<string[]> _afterEnded = Tasks("--after-ended", "Start when these tasks have ended, however");
    private readonly Option<string> _onUnmet = Flag("--on-unmet", "WORD", "When what it waits for does not succeed: fail (the default), skip, or run all the same");
    private readonly Option<string> _at = Flag("--at", "TIME", "Not before: 02:00 (the next one), 'tomorrow 02:00', 2026-11-24T02:00, 2026-11-24T02:00Z");
    private readonly Option<string> _in = Flag("--in", "TIME", "Not before so much time has passed: 600 (seconds), 10m, 24h");
    private readonly Option<string> _cron = Flag("--cron", "EXPR", "Come again by a cron expression, five fields or six with seconds first, in your time zone");

    public IReadOnlyList<Option> All => [_after, _afterAny, _afterEnded, _onUnmet, _at, _in, _cron];

    public LaunchRequest Read(ParseResult parsed, LaunchRequest request) => request with
    {
        After = Words(parsed.GetValue(_after)),
        AfterAny = Words(parsed.GetValue(_afterAny)),
        AfterEnded = Words(parsed.GetValue(_afterEnded)),
        OnUnmet = parsed.GetValue(_onUnmet),
        At = parsed.GetValue(_at),
        In = parsed.GetValue(_in),
        Cron = parsed.GetValue(_cron),
        Zone = parsed.GetValue(_at) is null && parsed.GetValue(_cron) is null ? null : CallerZone.Name,
    };

    private static string[] Words(string[]? given) =>
        [.. (given ?? []).SelectMany(g => g.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static Option<string[]> Tasks(string name, string description) =>
        new(name) { HelpName = "ID...", Description = description, AllowMultipleArgumentsPerToken = true };

    private static Option<string> Flag(string name, string value, string description) => new(name) { HelpName = value, Description = description };
}

/// <summary>The time zone of whoever calls.</summary>
internal static class CallerZone
{
    /// <summary>Its IANA name; null where it has none, and the daemon's own has to do.</summary>
    public static string? Name => TimeZoneInfo.Local is { HasIanaId: true, Id: not "Local" } zone ? zone.Id : null;
}
