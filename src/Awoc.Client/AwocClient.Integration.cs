using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>What becomes of results.</content>
public sealed partial class AwocClient
{
    /// <summary>Brings a task's result into a file, or shows what would come of it. Done twice, it changes nothing the second time.</summary>
    public Task<IntegrateReply> IntegrateAsync(string reference, IntegrateRequest request, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, $"{TaskPath(reference)}/integrate", request, WireJson.Default.IntegrateRequest), WireJson.Default.IntegrateReply, token);

    /// <summary>Takes an integration out of its target again.</summary>
    /// <remarks>Not sent a second time when it is cut off: without a number, the second would take out another one.</remarks>
    public async Task<UndoReply> UndoAsync(string reference, UndoRequest request, CancellationToken token = default)
    {
        try
        {
            return await SendOnceAsync(
                () => Json(HttpMethod.Post, $"{TaskPath(reference)}/integrate/undo", request, WireJson.Default.UndoRequest), WireJson.Default.UndoReply, token)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (IsCutOff(e))
        {
            throw CutOff(e);
        }
    }

    /// <summary>Ended tasks that nobody has read.</summary>
    /// <param name="limit">At most so many; null is the daemon's own limit.</param>
    /// <param name="token">Cancels the request.</param>
    public Task<InboxView> InboxAsync(int? limit = null, CancellationToken token = default) =>
        GetAsync(limit is { } most ? $"inbox?limit={most}" : "inbox", WireJson.Default.InboxView, token);

    /// <summary>Says that an ended task is known: it leaves the inbox. The task stays as it is.</summary>
    public Task<TaskView> AcknowledgeAsync(string reference, CancellationToken token = default) => SendAsync(
        () => Request(HttpMethod.Post, $"{TaskPath(reference)}/ack"), WireJson.Default.TaskView, token);

    /// <summary>The success metrics of the tasks launched in the last so many seconds.</summary>
    /// <param name="since">Seconds, or a duration such as <c>24h</c>.</param>
    /// <param name="token">Cancels the request.</param>
    public Task<MetricsView> MetricsAsync(string since, CancellationToken token = default) =>
        GetAsync($"metrics?since={Uri.EscapeDataString(since)}", WireJson.Default.MetricsView, token);

    /// <summary>A part of what a task produced: one section, or as much as fits.</summary>
    /// <param name="reference">The task.</param>
    /// <param name="section">The heading; null for all.</param>
    /// <param name="maxTokens">About how many tokens at most; null for all.</param>
    /// <param name="token">Lets go of the connection.</param>
    public async Task<TaskOutput> OutputAsync(string reference, string? section, string? maxTokens, CancellationToken token = default)
    {
        List<string> parts = [];
        if (section is not null) parts.Add($"section={Uri.EscapeDataString(section)}");
        if (maxTokens is not null) parts.Add($"maxTokens={Uri.EscapeDataString(maxTokens)}");
        var path = $"{TaskPath(reference)}/output{(parts.Count == 0 ? "" : $"?{string.Join('&', parts)}")}";
        var answer = await AgainAsync(() => AnswerAsync(() => Request(HttpMethod.Get, path), token)).ConfigureAwait(false);
        var content = await answer.Content.ReadAsStreamAsync(token).ConfigureAwait(false);

        // A path or a heading may hold what a header may not, so they come percent-encoded.
        return new TaskOutput(new AnswerStream(answer, content), Header(answer, "awoc-result") != TaskWords.Partial, Decoded(answer, "awoc-path"))
        {
            LeftOut = Decoded(answer, "awoc-left-out"),
        };
    }

    private static string? Decoded(HttpResponseMessage answer, string header) => Header(answer, header) is { } encoded ? Uri.UnescapeDataString(encoded) : null;
}
