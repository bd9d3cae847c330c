using System.Collections.Immutable;
using System.Globalization;
using Awoc.Core.Scheduling;
using Awoc.Engine.Launching;
using Awoc.Engine.Scheduling;

namespace Awoc.Daemon.Settings;

/// <summary>
/// The settings of queues, and of what may run at once of an agent or a model:
/// <code>
/// queues:
///   heavy: { limit: 2, paused: true }
/// limits:
///   agents: { claude: 4 }
///   models: { opus: 1 }
/// </code>
/// </summary>
internal static class QueueKeys
{
    public const string LimitAllowed = "a whole number from 1 to 1000";

    private const string Queues = "queues.";
    private const string LimitSuffix = ".limit";
    private const string PausedSuffix = ".paused";
    private const string Agents = "limits.agents.";
    private const string Models = "limits.models.";
    private const string AdmissionKey = "admission";

    /// <summary>None of them may come with a checked-out repository: they are the machine's.</summary>
    public static IReadOnlyList<SettingKey> All { get; } =
    [
        new($"{Queues}+{LimitSuffix}", "attempts of this queue at once", LimitAllowed, IsLimit, _ => "no limit", false),
        new($"{Queues}+{PausedSuffix}", "start nothing from this queue", "true or false", v => bool.TryParse(v, out _), _ => "false", false),
        new($"{Agents}+", "attempts of this agent at once", LimitAllowed, IsLimit, _ => "no limit", false),
        new($"{Models}+", "attempts with this model at once", LimitAllowed, IsLimit, _ => "no limit", false) { Names = name => name.Length > 0 },
        new(AdmissionKey, "let tasks wait for free memory and a machine that is not overloaded", "on or off", v => v is "on" or "off", _ => "on", false),
    ];

    public static string LimitOf(string queue) => Queues + queue + LimitSuffix;

    public static string PausedOf(string queue) => Queues + queue + PausedSuffix;

    public static bool IsLimit(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= 1000;

    /// <summary>A mapping that may stand empty.</summary>
    public static bool IsPrefix(string name) =>
        name is "queues" or "limits" or "limits.agents" or "limits.models"
        || (name.StartsWith(Queues, StringComparison.Ordinal) && SettingKeys.Find(name) is null && OrderNames.IsName(name[Queues.Length..]));

    public static QueueSettings Read(IReadOnlyDictionary<string, string> values) => new()
    {
        Queues = values.Keys
            .Where(k => k.StartsWith(Queues, StringComparison.Ordinal))
            .Select(k => k[Queues.Length..k.LastIndexOf('.')])
            .Distinct()
            .ToImmutableSortedDictionary(
                name => name,
                name => new QueueLimit(Number(values, LimitOf(name)), values.TryGetValue(PausedOf(name), out var paused) && bool.Parse(paused)),
                StringComparer.Ordinal),
        Agents = Numbers(values, Agents),
        Models = Numbers(values, Models),
        Admission = values.GetValueOrDefault(AdmissionKey) is not "off",
    };

    private static ImmutableSortedDictionary<string, int> Numbers(IReadOnlyDictionary<string, string> values, string prefix) => values.Keys
        .Where(k => k.StartsWith(prefix, StringComparison.Ordinal))
        .ToImmutableSortedDictionary(k => k[prefix.Length..], k => Number(values, k)!.Value, StringComparer.Ordinal);

    private static int? Number(IReadOnlyDictionary<string, string> values, string key) =>
        values.TryGetValue(key, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
