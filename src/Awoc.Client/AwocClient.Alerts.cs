using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>What needs a person.</content>
public sealed partial class AwocClient
{
    /// <summary>Open alerts, newest first; with <paramref name="all"/> those that were put away too.</summary>
    public Task<AlertList> AlertsAsync(bool all = false, CancellationToken token = default) =>
        GetAsync(all ? "alerts?all=true" : "alerts", WireJson.Default.AlertList, token);

    /// <summary>Puts the alert of a task away. The task stays as it is.</summary>
    public Task<AlertView> DismissAsync(string reference, CancellationToken token = default) => SendAsync(
        () => Request(HttpMethod.Post, $"{TaskPath(reference)}/dismiss"), WireJson.Default.AlertView, token);
}
