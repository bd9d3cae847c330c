using System.Globalization;
using Awoc.Rehearsal.Messages;

namespace Awoc.Rehearsal.Scenarios;

/// <summary>How far each credential has used the limits of each scenario: a bucket that fills evenly, and windows of a fixed length.</summary>
internal sealed class LimitedAccounts(TimeProvider time)
{
    private const string Prefix = "anthropic-ratelimit-";

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Credential, string Scenario), Account> _accounts = [];

    /// <summary>Counts one request.</summary>
    /// <param name="scenario">As chosen, parameters included.</param>
    /// <returns>The refusal, null when there is room; and the headers that say how the limits stand.</returns>
    public (ApiError? Refusal, IReadOnlyDictionary<string, string> Headers) Take(string credential, string scenario, ScenarioLimits limits)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (!_accounts.TryGetValue((credential, scenario), out var account)) _accounts[(credential, scenario)] = account = new Account { FilledAt = now };
            return account.Take(limits, now);
        }
    }

    private sealed class Account
    {
        private double _missing;
        private int _inWindow;
        private DateTimeOffset? _windowEnds;

        public required DateTimeOffset FilledAt { get; set; }

        public (ApiError?, IReadOnlyDictionary<string, string>) Take(ScenarioLimits limits, DateTimeOffset now)
        {
            var headers = new Dictionary<string, string>();
            if (_windowEnds <= now) (_windowEnds, _inWindow) = (null, 0);
            if (limits.Window is { } window && _inWindow >= limits.Size)
            {
                var ends = _windowEnds!.Value;
                if (limits.Headers) TellWindow(headers, window, 1, ends, rejected: true);
                return (Refusal("This request would exceed your account's rate limit. Please try again later.", ends - now), headers);
            }

            if (limits.Requests is { } rate)
            {
                _missing = Math.Max(0, _missing - (rate * (now - FilledAt).TotalSeconds));
                FilledAt = now;
                var fits = _missing <= limits.Burst - 1;
                if (fits) _missing++;
                if (limits.Headers) TellRate(headers, limits.Burst, _missing, rate, now);
                if (!fits)
                {
                    var message = string.Create(CultureInfo.InvariantCulture, $"This request would exceed your organization's rate limit of {rate:0.##} requests per second.");
                    return (Refusal(message, TimeSpan.FromSeconds((_missing - limits.Burst + 1) / rate)), headers);
                }
            }

            if (limits.Window is { } open)
            {
                _windowEnds ??= now + limits.Length;
                _inWindow++;
                if (limits.Headers) TellWindow(headers, open, _inWindow / (double)limits.Size, _windowEnds.Value, rejected: false);
            }

            return (null, headers);
        }

        /// <summary>Whole seconds, as the real header has them.</summary>
        private static ApiError Refusal(string message, TimeSpan wait) =>
            new(429, "rate_limit_error", message) { RetryAfter = (int)Math.Max(1, Math.Ceiling(wait.TotalSeconds)) };

        private static void TellRate(Dictionary<string, string> headers, int limit, double missing, double rate, DateTimeOffset now)
        {
            headers[$"{Prefix}requests-limit"] = limit.ToString(CultureInfo.InvariantCulture);
            headers[$"{Prefix}requests-remaining"] = Math.Max(0, (int)(limit - missing)).ToString(CultureInfo.InvariantCulture);
            headers[$"{Prefix}requests-reset"] = now.AddSeconds(missing / rate).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        }

        private static void TellWindow(Dictionary<string, string> headers, string window, double used, DateTimeOffset ends, bool rejected)
        {
            // The whole second after it: whoever comes back then finds it open.
            var reset = (ends.ToUnixTimeMilliseconds() + 999) / 1000;
            headers[$"{Prefix}unified-status"] = rejected ? "rejected" : "allowed";
            headers[$"{Prefix}unified-representative-claim"] = window.Replace("5h", "five_hour", StringComparison.Ordinal).Replace("7d", "seven_day", StringComparison.Ordinal);
            headers[$"{Prefix}unified-reset"] = reset.ToString(CultureInfo.InvariantCulture);
            headers[$"{Prefix}unified-{window}-utilization"] = used.ToString("0.####", CultureInfo.InvariantCulture);
            headers[$"{Prefix}unified-{window}-reset"] = reset.ToString(CultureInfo.InvariantCulture);
            headers[$"{Prefix}unified-{window}-status"] = rejected ? "rejected" : "allowed";
        }
    }
}
