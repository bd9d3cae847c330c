namespace Awoc.Engine.Waiting;

/// <summary>Time zones by the names that specs carry.</summary>
internal static class TimeZones
{
    /// <summary>The zone of that IANA name; null where this machine knows none such.</summary>
    /// <param name="local">The daemon's own, which a name that is no IANA name may stand for.</param>
    public static TimeZoneInfo? Find(string? name, TimeZoneInfo local)
    {
        if (name is null || name == local.Id) return local;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;
    }
}
