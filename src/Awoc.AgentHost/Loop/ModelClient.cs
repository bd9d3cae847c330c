using Anthropic;
using Anthropic.Models.Messages;
using Awoc.AgentHost.Protocol;
using Microsoft.Extensions.AI;

namespace Awoc.AgentHost.Loop;

/// <summary>Asks the model, streaming, and repeats a call that failed for a passing reason.</summary>
internal sealed class ModelClient : IDisposable
{
    /// <summary>Between two pieces of a stream, and before the first. The gateway may hold a request for minutes.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(40);

    private readonly WireWatch _wire = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(60) });
    private readonly HttpClient _http;
    private readonly AnthropicClient _anthropic;
    private readonly IChatClient _chat;
    private readonly RunConfig _config;
    private readonly EventWriter _events;
    private readonly TimeProvider _time;

    public ModelClient(RunConfig config, string baseUrl, string key, EventWriter events, TimeProvider time)
    {
        (_config, _events, _time) = (config, events, time);
        _http = new HttpClient(_wire) { Timeout = Timeout.InfiniteTimeSpan };
        _anthropic = new AnthropicClient
        {
            BaseUrl = baseUrl,
            ApiKey = key,
            AuthToken = null,
            HttpClient = _http,
            // The loop repeats by itself: it tells of each repeat, and honours what the API asks for.
            MaxRetries = 0,
            Timeout = TimeSpan.FromDays(1),
        };
        _chat = _anthropic.AsIChatClient(config.Model, config.MaxTokens);
    }

    /// <summary>One answer of the model. Cancellation gives what had come up to then.</summary>
    /// <param name="tools">The same in every call of a conversation: they are the head of what the provider keeps in its cache.</param>
    /// <param name="mode">Whether the model may or has to call one of them now.</param>
    public async Task<ModelAnswer> AskAsync(
        IReadOnlyList<ChatMessage> messages, IList<AITool> tools, ChatToolMode mode, CancellationToken cancellation)
    {
        var options = new ChatOptions { MaxOutputTokens = _config.MaxTokens };
        if (tools.Count > 0) (options.Tools, options.ToolMode) = (tools, mode);
        for (var attempt = 1; ; attempt++)
        {
            var updates = new List<ChatResponseUpdate>();
            var pieces = new AnswerPieces(_events, _time);
            try
            {
                await StreamAsync(messages, options, updates, pieces, cancellation);
                return ModelAnswer.Of(updates.ToChatResponse(), pieces);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return ModelAnswer.Of(updates.ToChatResponse()) with { Interrupted = true };
            }
            catch (Exception fault) when (ModelFailure.Of(fault) is { } failure)
            {
                var hint = _wire.Last;
                if (!failure.CanRepeat || hint.ShouldRetry == false || attempt > _config.MaxRetries)
                    return ModelAnswer.Of(updates.ToChatResponse()) with { Failure = failure };
                // A longer wait is the task's, which costs it no running time: it is started again when the limit has passed.
                if (hint.RetryAfter > s_longestDelay) return ModelAnswer.Of(updates.ToChatResponse()) with { Failure = failure };
                var delay = Delay(attempt, hint.RetryAfter);
                _events.Retry(attempt, _config.MaxRetries, delay, failure.Status, failure.Class);
                try
                {
                    await Task.Delay(delay, _time, cancellation);
                }
                catch (OperationCanceledException)
                {
                    return ModelAnswer.Of(new ChatResponse()) with { Interrupted = true };
                }
            }
        }
    }

    public void Dispose()
    {
        _chat.Dispose();
        _anthropic.Dispose();
        _http.Dispose();
    }

    private async Task StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions options, List<ChatResponseUpdate> updates, AnswerPieces pieces, CancellationToken cancellation)
    {
        // The last piece of the conversation is a breakpoint: the next turn reads all before it from the provider's cache. The ends of
        // what is shared are others: other attempts read up to there.
        var last = messages[^1].Contents[^1];
        var shared = messages.Where(message => message.Role == ChatRole.System).SelectMany(message => message.Contents.Skip(1)).ToList();
        last.WithCacheControl(new CacheControlEphemeral());
        foreach (var part in shared) part.WithCacheControl(new CacheControlEphemeral { Ttl = _config.HourCache ? Ttl.Ttl1h : Ttl.Ttl5m });
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var silence = _time.CreateTimer(state => ((CancellationTokenSource)state!).Cancel(), limit, s_silence, Timeout.InfiniteTimeSpan);
        try
        {
            await foreach (var update in _chat.GetStreamingResponseAsync(messages, options, limit.Token))
            {
                silence.Change(s_silence, Timeout.InfiniteTimeSpan);
                updates.Add(update);
                pieces.Take(update.RawRepresentation);
            }
        }
        finally
        {
            pieces.Flush();
            last.WithCacheControl((CacheControlEphemeral?)null);
            foreach (var part in shared) part.WithCacheControl((CacheControlEphemeral?)null);
        }
    }

    /// <summary>Doubles, with a tenth of jitter so that siblings do not come back together; never less than the API asks for, which is no more than the longest.</summary>
    private static TimeSpan Delay(int attempt, TimeSpan? asked)
    {
        var grown = Math.Min(s_firstDelay.TotalMilliseconds * Math.Pow(2, attempt - 1), s_longestDelay.TotalMilliseconds);
        var delay = TimeSpan.FromMilliseconds(grown * (0.95 + Random.Shared.NextDouble() / 10));
        return asked > delay ? asked.Value : delay;
    }
}
