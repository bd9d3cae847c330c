using System.Globalization;

namespace Awoc.Cli.Views;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    /// <summary>1234 is <c>1,234</c>; from a hundred thousand on, <c>123k</c> and <c>1.2M</c>.</summary>
    public static string Count(long number) => number switch
    {
        < 100_000 => number.ToString("N0", CultureInfo.InvariantCulture),
        < 1_000_000 => $"{number / 1000}k",
        _ => string.Create(CultureInfo.InvariantCulture, $"{number / 100_000 / 10.0:0.0}M"),
    };

    public static string Tokens(long number) => number == 1 ? "1 token" : $"{Count(number)} tokens";

    /// <summary>Milliseconds as <c>0.4s</c>, <c>12s</c>, <c>3m05s</c>, <c>2h07m</c>, <c>3d04h</c>.</summary>
    public static string Duration(long milliseconds)
    {
        var time = TimeSpan.FromMilliseconds(Math.Max(0, milliseconds));
        return time switch
        {
            { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalSeconds * 10) / 10:0.0}s"),
            { TotalMinutes: < 1 } => $"{time.Seconds}s",
            { TotalHours: < 1 } => $"{time.Minutes}m{time.Seconds:00}s",
            { TotalDays: < 1 } => $"{time.Hours}h{time.Minutes:00}m",
            _ => $"{time.Days}d{time.Hours:00}h",
        };
    }

    /// <summary>A limit in seconds as <c>600s</c>, <c>20m</c>, <c>24h</c>.</summary>
    public static string Limit(long seconds) => seconds switch
    {
        > 0 when seconds % 3600 == 0 => $"{seconds / 3600}h",
        > 0 when seconds % 60 == 0 => $"{seconds / 60}m",
        _ => $"{seconds}s",
    };
}
