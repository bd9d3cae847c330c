using System.Diagnostics.CodeAnalysis;

namespace Awoc.Storage.Sqlite;

/// <summary>Times are stored as microseconds since 1970, UTC.</summary>
internal static class Microseconds
{
    public static long From(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    [return: NotNullIfNotNull(nameof(time))]
    public static long? From(DateTimeOffset? time) => time is { } known ? From(known) : null;

    public static long From(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long us) => DateTimeOffset.UnixEpoch.AddTicks(us * TimeSpan.TicksPerMicrosecond);

    [return: NotNullIfNotNull(nameof(us))]
    public static DateTimeOffset? ToTime(long? us) => us is { } known ? ToTime(known) : null;
}
