using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>Queues.</content>
public sealed partial class AwocClient
{
    /// <summary>Every queue that is configured or in use.</summary>
    public Task<QueueList> QueuesAsync(CancellationToken token = default) => GetAsync("queues", WireJson.Default.QueueList, token);

    /// <summary>Changes a queue's settings, for good and at once.</summary>
    public Task<QueueView> ChangeQueueAsync(string name, QueueChange change, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, $"queues/{Uri.EscapeDataString(name)}", change, WireJson.Default.QueueChange), WireJson.Default.QueueView, token);
}
