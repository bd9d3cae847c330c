using System.Globalization;
using Awoc.Core.Budgets;
using Awoc.Engine.Quotas;

namespace Awoc.Daemon.Settings;

/// <summary>The settings below <c>quota</c>. None of them may come with a checked-out repository: an account is its owner's.</summary>
internal static class QuotaKeys
{
    private const string Reserve = "quota.reserve";
    private const string Hold = "quota.hold";
    private const long LongestHold = 3600;

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        new(Reserve, "the share of a subscription's usage windows that background work leaves to you", "none, or 1% to 99%",
            v => TryReserve(v, out _), s => s.Quota.Reserve is { } share ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0}%") : "none", false),
        new(Hold, "a usage window that opens within this time is waited for in place: for a longer one an agent is interrupted and goes on later", $"{Duration.Allowed}, up to 1h",
            v => Duration.TryParseSeconds(v, out var s) && s is >= 1 and <= LongestHold, s => Duration.Text((long)s.Quota.Hold.TotalSeconds), false),
    ];

    public static QuotaSettings Read(IReadOnlyDictionary<string, string> values) => new()
    {
        Reserve = values.TryGetValue(Reserve, out var share) && TryReserve(share, out var reserve) ? reserve : null,
        Hold = values.TryGetValue(Hold, out var text) && Duration.TryParseSeconds(text, out var seconds) ? TimeSpan.FromSeconds(seconds) : QuotaSettings.Default.Hold,
    };

    private static bool TryReserve(string text, out double? share)
    {
        share = null;
        if (text == "none") return true;
        if (!text.EndsWith('%') || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) || percent is < 1 or > 99) return false;
        share = percent / 100;
        return true;
    }
}
