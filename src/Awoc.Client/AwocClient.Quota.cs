using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>Limits of model APIs.</content>
public sealed partial class AwocClient
{
    /// <summary>Lanes, usage windows, and what waits for them.</summary>
    public Task<QuotaView> QuotaAsync(CancellationToken token = default) => GetAsync("quota", WireJson.Default.QuotaView, token);

    /// <summary>Says how far a usage window is used.</summary>
    public Task<WindowView> ReportQuotaAsync(QuotaReport report, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, "quota", report, WireJson.Default.QuotaReport), WireJson.Default.WindowView, token);
}
