using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>What tasks share.</content>
public sealed partial class AwocClient
{
    /// <summary>Prepares contexts, and writes them to the provider's cache.</summary>
    public Task<CacheWarmReply> WarmCacheAsync(CacheWarmRequest request, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, "cache/warm", request, WireJson.Default.CacheWarmRequest), WireJson.Default.CacheWarmReply, token);

    /// <summary>All prepared contexts.</summary>
    public Task<CacheList> CacheAsync(CancellationToken token = default) => GetAsync("cache", WireJson.Default.CacheList, token);

    /// <summary>Takes prepared contexts away; returns which.</summary>
    public Task<CacheList> ClearCacheAsync(CacheClearRequest request, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, "cache/clear", request, WireJson.Default.CacheClearRequest), WireJson.Default.CacheList, token);
}
