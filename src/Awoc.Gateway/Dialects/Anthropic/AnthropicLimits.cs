using System.Globalization;
using System.Net.Http.Headers;
using Awoc.Core.Pacing;

namespace Awoc.Gateway.Dialects.Anthropic;

/// <summary>What the headers of an answer say of the API's limits.</summary>
internal static class AnthropicLimits
{
    // anthropic-ratelimit-requests-limit: 4000
    // anthropic-ratelimit-requests-remaining: 3999
    // anthropic-ratelimit-requests-reset: 2026-01-01T00:00:30Z
    // anthropic-ratelimit-unified-status: rejected              (subscriptions; also allowed, allowed_warning)
    // anthropic-ratelimit-unified-representative-claim: five_hour
    // anthropic-ratelimit-unified-reset: 1767225600
    // anthropic-ratelimit-unified-5h-utilization: 0.72
    // anthropic-ratelimit-unified-5h-reset: 1767225600
    // anthropic-ratelimit-unified-5h-status: allowed
    private const string Prefix = "anthropic-ratelimit-";
    private const string Unified = Prefix + "unified-";
    private const string Utilization = "-utilization";
    private const string Limit = "-limit";

    public static LimitSigns Of(HttpResponseHeaders headers, int status, DateTimeOffset now)
    {
        List<BudgetSign>? tokens = null;
        List<WindowSign>? windows = null;
        BudgetSign? requests = null;
        foreach (var (name, _) in headers.NonValidated)
        {
            if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) continue;
            if (name.StartsWith(Unified, StringComparison.OrdinalIgnoreCase))
            {
                if (!name.EndsWith(Utilization, StringComparison.OrdinalIgnoreCase)) continue;
                var kind = name[Unified.Length..^Utilization.Length].ToLowerInvariant();
                (windows ??= []).Add(Window(headers, kind));
            }
            else if (name.EndsWith(Limit, StringComparison.OrdinalIgnoreCase) && Budget(headers, name[..^Limit.Length]) is { } budget)
            {
                if (name.AsSpan(Prefix.Length).Equals("requests-limit", StringComparison.OrdinalIgnoreCase)) requests = budget;
                else (tokens ??= []).Add(budget);
            }
        }

        var overall = Text(headers, Unified + "status");
        if (overall is not null || (status == 429 && Text(headers, Unified + "reset") is not null))
        {
            var claim = UsageWindow.KindOf(Text(headers, Unified + "representative-claim") ?? "");
            var rejected = overall is null or "rejected";
            var at = windows?.FindIndex(w => w.Kind == claim) ?? -1;
            if (at >= 0) windows![at] = windows[at] with { Closed = rejected };
            else if (rejected) (windows ??= []).Add(new WindowSign(claim.Length > 0 ? claim : "unified", null, Seconds(headers, Unified + "reset"), true));
        }

        if (requests is null && tokens is null && windows is null && status is not (429 or 529)) return LimitSigns.None;
        return new LimitSigns
        {
            RetryAfter = status is 429 or 529 ? Wait(headers, now) : null,
            ResetsAt = status is 429 or 529 ? AnthropicResets.Of(headers, now) : null,
            Requests = requests,
            Tokens = tokens ?? [],
            Windows = windows ?? [],
        };
    }

    private static WindowSign Window(HttpResponseHeaders headers, string kind) => new(
        UsageWindow.KindOf(kind),
        double.TryParse(Text(headers, $"{Unified}{kind}{Utilization}"), NumberStyles.Float, CultureInfo.InvariantCulture, out var used) && used is >= 0 and < 100 ? used : null,
        Seconds(headers, $"{Unified}{kind}-reset"),
        Text(headers, $"{Unified}{kind}-status") is { } status ? status == "rejected" : null);

    private static BudgetSign? Budget(HttpResponseHeaders headers, string name) =>
        long.TryParse(Text(headers, name + Limit), NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
        && long.TryParse(Text(headers, name + "-remaining"), NumberStyles.None, CultureInfo.InvariantCulture, out var left)
        && DateTimeOffset.TryParse(Text(headers, name + "-reset"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var reset)
            ? new BudgetSign(limit, left, reset)
            : null;

    private static TimeSpan? Wait(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var wait = headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            _ => (TimeSpan?)null,
        };
        return wait > TimeSpan.Zero && wait < TimeSpan.FromDays(8) ? wait : null;
    }

    private static DateTimeOffset? Seconds(HttpResponseHeaders headers, string name) =>
        long.TryParse(Text(headers, name), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static string? Text(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString().Trim() : null;
}
