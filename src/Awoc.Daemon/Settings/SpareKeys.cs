using System.Globalization;
using Awoc.Core.Budgets;
using Awoc.Engine.Pool;

namespace Awoc.Daemon.Settings;

/// <summary>The settings of the warm pool. A checked-out repository does not say how much memory is used for waiting.</summary>
internal static class SpareKeys
{
    public const string Size = "pool.size";
    private const string MaxAge = "pool.max_age";
    private const long LongestAge = 24 * 3600;

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        new(Size, "agents kept started and ready for the next launch; 0 keeps none", $"a whole number from 0 to {SpareSettings.MostSpares}",
            v => int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= SpareSettings.MostSpares,
            s => s.Spares.Size.ToString(CultureInfo.InvariantCulture), false),
        new(MaxAge, "an agent that has waited longer is replaced", $"{Duration.Allowed}, up to 24h", v => Duration.TryParseSeconds(v, out var s) && s is >= 1 and <= LongestAge,
            s => Duration.Text((long)s.Spares.MaxAge.TotalSeconds), false),
    ];

    public static SpareSettings Read(IReadOnlyDictionary<string, string> values) => new(
        values.TryGetValue(Size, out var size) ? int.Parse(size, CultureInfo.InvariantCulture) : SpareSettings.Default.Size,
        values.TryGetValue(MaxAge, out var age) && Duration.TryParseSeconds(age, out var seconds) ? TimeSpan.FromSeconds(seconds) : SpareSettings.Default.MaxAge);
}
