using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>The warm pool.</content>
public sealed partial class AwocClient
{
    /// <summary>The warm pool as it stands.</summary>
    public Task<PoolView> PoolAsync(CancellationToken token = default) => GetAsync("pool", WireJson.Default.PoolView, token);
}
