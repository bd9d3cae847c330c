using System.Globalization;
using System.Net.Http.Headers;

namespace Awoc.Gateway.Dialects.Anthropic;

/// <summary>When a limit that was overrun resets. The window of the limit itself outranks <c>retry-after</c>, which may name a first try only.</summary>
internal static class AnthropicResets
{
    // anthropic-ratelimit-unified-reset: 1767225600                    (subscriptions: seconds since 1970)
    // anthropic-ratelimit-output-tokens-remaining: 0
    // anthropic-ratelimit-output-tokens-reset: 2026-01-01T00:00:30Z
    private const string Prefix = "anthropic-ratelimit-";
    private const string UnifiedReset = Prefix + "unified-reset";
    private const string Remaining = "-remaining";

    /// <summary>A window beyond this is no window but a mistake.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(8);

    public static DateTimeOffset? Of(HttpResponseHeaders headers, DateTimeOffset now) =>
        Sane(Unified(headers), now) ?? Sane(Exhausted(headers), now) ?? Sane(RetryAfter(headers, now), now);

    private static DateTimeOffset? Unified(HttpResponseHeaders headers) =>
        long.TryParse(Text(headers, UnifiedReset), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    /// <summary>Of several limits that are used up, the one that resets last.</summary>
    private static DateTimeOffset? Exhausted(HttpResponseHeaders headers)
    {
        DateTimeOffset? latest = null;
        foreach (var (name, values) in headers.NonValidated)
        {
            if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || !name.EndsWith(Remaining, StringComparison.OrdinalIgnoreCase)) continue;
            if (values.ToString().Trim() != "0") continue;
            var reset = Text(headers, string.Concat(name.AsSpan(0, name.Length - Remaining.Length), "-reset"));
            if (DateTimeOffset.TryParse(reset, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && (latest is null || at > latest)) latest = at;
        }

        return latest;
    }

    private static DateTimeOffset? RetryAfter(HttpResponseHeaders headers, DateTimeOffset now) => headers.RetryAfter switch
    {
        { Delta: { } delta } when delta < s_longest => now + delta,
        { Date: { } date } => date,
        _ => null,
    };

    private static DateTimeOffset? Sane(DateTimeOffset? at, DateTimeOffset now) => at is { } time && time - now < s_longest ? time : null;

    private static string? Text(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString().Trim() : null;
}
