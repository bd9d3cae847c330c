using System.Globalization;

namespace Awoc.Core.Budgets;

/// <summary>How people write limits that are no plain numbers: the same on the command line and in the settings.</summary>
public static class LimitTexts
{
    private const string Off = "off";

    /// <summary>To the millionth of a dollar: what the gateway reckons in.</summary>
    private const decimal LeastCost = 0.000001m;

    private const decimal MostCost = 1_000_000m;

    public const string StallAllowed = $"{Duration.Allowed}, or {Off}";

    public static string CostAllowed { get; } =
        string.Create(CultureInfo.InvariantCulture, $"US dollars from {LeastCost} to {MostCost}, such as 0.50");

    /// <param name="seconds">Null where the text takes the limit away: <c>0</c> or <c>off</c>.</param>
    public static bool TryStall(string text, out long? seconds)
    {
        seconds = null;
        if (text == Off) return true;
        if (text.Length == 0 || !Duration.TryParseSeconds(text, out var given) || given > Budget.MaxTimeoutSeconds) return false;
        if (given > 0) seconds = given;
        return true;
    }

    public static bool TryCost(string text, out decimal cost) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out cost)
        && cost is >= LeastCost and <= MostCost
        && decimal.Round(cost, 6) == cost;
}
