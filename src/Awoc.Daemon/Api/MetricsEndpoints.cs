using Awoc.Client.Wire;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Engine.Metrics;

namespace Awoc.Daemon.Api;

internal static class MetricsEndpoints
{
    private const string DefaultSince = "24h";

    public static void Map(RouteGroupBuilder api) => api.MapGet("/metrics", ReadAsync).WithName("metrics").Produces<MetricsView>();

    private static async Task<IResult> ReadAsync(string? since, MetricsReader reader, TimeProvider time, CancellationToken cancellation)
    {
        since ??= DefaultSince;
        if (!Duration.TryParseSeconds(since, out var seconds) || seconds < 1) return Problems.Invalid("--since", since, $"{Duration.Allowed}, from 1 s on");
        var now = time.GetUtcNow();
        var from = seconds >= (now - DateTimeOffset.UnixEpoch).TotalSeconds ? DateTimeOffset.UnixEpoch : now.AddSeconds(-seconds);
        var metrics = await reader.ReadAsync(from, cancellation);
        return Results.Json(
            new MetricsView
            {
                Since = from,
                Ended = metrics.Ended,
                Outcomes = metrics.Outcomes.OrderBy(o => o.Key).ToDictionary(o => o.Key.Text(), o => o.Value),
                SuccessRate = Rounded(metrics.SuccessRate),
                Integrations = metrics.Integrations.Count,
                Undone = metrics.Undone,
                IntegrationQuality = Rounded(metrics.IntegrationQuality),
                QualityParts = metrics.Integrations.Count == 0 ? null : IntegrationEndpoints.Of(metrics.Parts) with { Score = Math.Round(metrics.IntegrationQuality!.Value, 4) },
                ParallelEfficiency = Rounded(metrics.ParallelEfficiency),
                RunningSeconds = Math.Round(metrics.Running.TotalSeconds, 3),
                BusySeconds = Math.Round(metrics.Busy.TotalSeconds, 3),
                TokensUsed = metrics.TokensUsed,
                TokensBudgeted = metrics.TokensBudgeted,
                ResourceUtilization = Rounded(metrics.ResourceUtilization),
                InputFresh = metrics.Input.Input,
                InputFromCache = metrics.Input.CacheRead,
                InputToCache = metrics.Input.CacheWrite,
                CacheReadShare = Rounded(metrics.CacheReadShare),
                WarmStarts = metrics.WarmStarts,
                WarmableStarts = metrics.Warmable,
                PoolHitRate = Rounded(metrics.PoolHitRate),
            },
            WireJson.Default.MetricsView);
    }

    private static double? Rounded(double? figure) => figure is { } f ? Math.Round(f, 4) : null;
}
