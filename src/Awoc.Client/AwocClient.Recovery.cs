using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>Tasks that have ended and are to go on.</content>
public sealed partial class AwocClient
{
    /// <summary>Another attempt of an ended task, under the same id. Its waiting begins anew.</summary>
    /// <remarks>Not sent a second time when it is cut off: the first may have been heard.</remarks>
    public Task<TaskView> RetryAsync(string reference, RetryRequest request, CancellationToken token = default) => OnceAsync(
        () => Json(HttpMethod.Post, $"{TaskPath(reference)}/retry", request, WireJson.Default.RetryRequest), token);

    /// <summary>What is to become of what an ended task left: used as it is, or gone on with.</summary>
    /// <inheritdoc cref="RetryAsync" path="/remarks"/>
    public Task<TaskView> RecoverAsync(string reference, RecoverRequest request, CancellationToken token = default) => OnceAsync(
        () => Json(HttpMethod.Post, $"{TaskPath(reference)}/recover", request, WireJson.Default.RecoverRequest), token);

    private async Task<TaskView> OnceAsync(Func<HttpRequestMessage> request, CancellationToken token)
    {
        try
        {
            return await SendOnceAsync(request, WireJson.Default.TaskView, token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsCutOff(e))
        {
            throw CutOff(e);
        }
    }
}
