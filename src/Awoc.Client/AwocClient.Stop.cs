using Awoc.Client.Daemon;
using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>The end of the daemon.</content>
public sealed partial class AwocClient
{
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(30);

    /// <summary>Stops the daemon and returns when its process has ended.</summary>
    /// <param name="cancel">Also cancel what runs; otherwise agents go on and are adopted by the next daemon.</param>
    /// <param name="token">Cancels the request.</param>
    public async Task<StopReply> StopAsync(bool cancel, CancellationToken token = default)
    {
        var health = await HealthAsync(token).ConfigureAwait(false);
        using var end = ProcessEnd.Of(health.Pid);
        var reply = await StopOnceAsync(cancel, token).ConfigureAwait(false);
        return await end.WaitAsync(s_stopLimit).ConfigureAwait(false) ? reply : throw WillNotStop();
    }

    private async Task<StopReply> StopOnceAsync(bool cancel, CancellationToken token)
    {
        try
        {
            return await SendOnceAsync(
                () => Json(HttpMethod.Post, "daemon/stop", new StopRequest(cancel), WireJson.Default.StopRequest),
                WireJson.Default.StopReply,
                token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsCutOff(e))
        {
            throw CutOff(e);
        }
    }

    private AwocException WillNotStop() => AwocException.Unavailable(
        $"The daemon of {_home.Path} was told to stop and still runs after {s_stopLimit.TotalSeconds} s. `awoc daemon logs` has what it is doing.");
}
