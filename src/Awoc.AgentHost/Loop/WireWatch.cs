using System.Globalization;
using System.Net.Http.Headers;

namespace Awoc.AgentHost.Loop;

/// <summary>
/// Stands below the client and keeps what its exceptions do not carry: how long the API asks to wait, and whether a repeat is
/// any use. It also sends the key as <c>x-api-key</c>, as the other agents do, where the client sends it as a bearer.
/// </summary>
internal sealed class WireWatch(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>What the last answer said.</summary>
    public WireHint Last { get; private set; } = WireHint.None;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Last = WireHint.None;
        if (request.Headers.Authorization is { Scheme: "Bearer", Parameter: { } key })
        {
            request.Headers.Authorization = null;
            request.Headers.TryAddWithoutValidation("x-api-key", key);
        }

        var response = await base.SendAsync(request, cancellationToken);
        Last = new WireHint(RetryAfter(response.Headers), ShouldRetry(response.Headers));
        return response;
    }

    /// <summary>A bound for what a duration can hold: an account's window may be days away.</summary>
    private const double LongestSeconds = 1e9;

    private static TimeSpan? RetryAfter(HttpResponseHeaders headers) =>
        headers.TryGetValues("retry-after", out var values)
            && double.TryParse(values.FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and < LongestSeconds
                ? TimeSpan.FromSeconds(seconds)
                : null;

    private static bool? ShouldRetry(HttpResponseHeaders headers) =>
        headers.TryGetValues("x-should-retry", out var values) && bool.TryParse(values.FirstOrDefault(), out var wanted) ? wanted : null;
}

/// <param name="RetryAfter">The least time to wait before the next try.</param>
/// <param name="ShouldRetry">The API's own word on a repeat.</param>
internal sealed record WireHint(TimeSpan? RetryAfter, bool? ShouldRetry)
{
    public static WireHint None { get; } = new(null, null);
}
