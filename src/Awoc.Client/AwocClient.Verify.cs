using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>Checks of results.</content>
public sealed partial class AwocClient
{
    /// <summary>Checks an ended task's result again, and keeps what was found with the task.</summary>
    public Task<VerifyReply> VerifyAsync(string reference, CancellationToken token = default) => SendAsync(
        () => Request(HttpMethod.Post, $"{TaskPath(reference)}/verify"), WireJson.Default.VerifyReply, token);

    /// <summary>Checks any file; keeps nothing.</summary>
    public Task<VerifyReply> VerifyFileAsync(VerifyRequest request, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, "verify", request, WireJson.Default.VerifyRequest), WireJson.Default.VerifyReply, token);
}
