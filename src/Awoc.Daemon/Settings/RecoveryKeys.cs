using System.Collections.Immutable;
using System.Globalization;
using Awoc.Core.Budgets;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;

namespace Awoc.Daemon.Settings;

/// <summary>
/// The settings below <c>recovery</c>:
/// <code>
/// recovery:
///   retries: 5
///   delay: 5m
///   rules:
///     stalled: { action: resume, attempts: 1 }
///     resource_unavailable: { delay: 60 }
/// </code>
/// </summary>
internal static class RecoveryKeys
{
    private const string Prefix = "recovery.rules.";
    private const int MostRetries = 100;

    private static readonly Dictionary<string, ImmutableArray<EndReason>> s_seed = new(StringComparer.Ordinal)
    {
        ["timeout"] = [EndReason.Deadline],
        ["token_exceeded"] = [EndReason.Tokens],
        ["resource_unavailable"] = RecoveryPolicy.Unavailable,
        ["lost"] = [EndReason.ShimLost],
    };

    /// <summary>The words a rule may stand under: every reason but those that are never retried, and the seed's names.</summary>
    private static IReadOnlyList<string> Reasons { get; } =
        [.. s_seed.Keys, .. Enum.GetValues<EndReason>().Where(r => !RecoveryPolicy.Final.Contains(r)).Select(r => r.Text())];

    private static string Actions { get; } = string.Join(", ", SnakeCase.All<RecoveryAction>());

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        new("recovery.retries", "attempts that recovery makes by itself", $"a whole number from 0 to {MostRetries}",
            v => IsCount(v, 0), s => s.Recovery.Retries.ToString(CultureInfo.InvariantCulture), true),
        new("recovery.delay", "how long a task waits for a resource that is not there, where nothing says when it will be", Duration.Allowed,
            v => Duration.TryParseSeconds(v, out _), s => Duration.Text((long)s.Recovery.Delay.TotalSeconds), true),
        new($"{Prefix}*.action", "what is done when an attempt ends for that reason", Actions, v => SnakeCase.TryParse<RecoveryAction>(v, out _), _ => "the policy's own", true) { Stars = Reasons },
        new($"{Prefix}*.delay", "how long it then waits", Duration.Allowed, v => Duration.TryParseSeconds(v, out _), _ => "recovery.delay when deferred, else none", true) { Stars = Reasons },
        new($"{Prefix}*.attempts", "automatic attempts up to which that holds", $"a whole number from 1 to {MostRetries}", v => IsCount(v, 1), _ => "recovery.retries", true) { Stars = Reasons },
    ];

    public static RecoverySettings Read(IReadOnlyDictionary<string, string> values)
    {
        var defaults = RecoverySettings.Default;
        return new RecoverySettings
        {
            Retries = values.TryGetValue("recovery.retries", out var retries) ? int.Parse(retries, CultureInfo.InvariantCulture) : defaults.Retries,
            Delay = Seconds(values, "recovery.delay") ?? defaults.Delay,
            Rules =
            [
                .. values.Keys.Where(k => k.StartsWith(Prefix, StringComparison.Ordinal)).Select(k => k.Split('.')[2]).Distinct()
                    .Select(word => Rule(word, values)),
            ],
        };
    }

    private static RecoveryRule Rule(string word, IReadOnlyDictionary<string, string> values)
    {
        var reasons = s_seed.TryGetValue(word, out var several) ? several : [SnakeCase.Parse<EndReason>(word)];
        // Without an action the policy's own stays, with the delay and the attempts that are given.
        var own = RecoveryPolicy.Auto.Find(reasons[0]);
        return new RecoveryRule(reasons, values.TryGetValue($"{Prefix}{word}.action", out var action) ? SnakeCase.Parse<RecoveryAction>(action) : own?.Action ?? RecoveryAction.Notify)
        {
            Delay = Seconds(values, $"{Prefix}{word}.delay"),
            Attempts = values.TryGetValue($"{Prefix}{word}.attempts", out var attempts) ? int.Parse(attempts, CultureInfo.InvariantCulture) : null,
        };
    }

    private static TimeSpan? Seconds(IReadOnlyDictionary<string, string> values, string key) =>
        values.TryGetValue(key, out var text) && Duration.TryParseSeconds(text, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    private static bool IsCount(string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= MostRetries;
}
