using System.Globalization;
using System.Text.Json;
using Awoc.Rehearsal.Messages;
using Awoc.Rehearsal.Planner;
using Awoc.Rehearsal.Scenarios;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Awoc.Rehearsal;

/// <summary>Answers HTTP requests: reads and checks them, lets a scenario or the planner decide, writes and records.</summary>
internal sealed class RehearsalService
{
    /// <summary>The API's own limit.</summary>
    private const long MaxBodyBytes = 32L << 20;
    private static readonly string[] s_recordedHeaders =
    [
        "anthropic-version", "anthropic-beta", "user-agent", "x-claude-code-session-id", "x-claude-code-agent-id", "x-stainless-retry-count",
        "x-stainless-timeout", "x-awoc-scenario", "x-awoc-attempt", "x-app",
    ];

    private readonly RehearsalOptions _options;
    private readonly RehearsalLog _log;
    private readonly ScenarioLibrary _library;
    private readonly ScenarioPlayer _player;
    private readonly PromptCache _cache;
    private readonly SessionTasks _sessions;
    private readonly LimitedAccounts _accounts;
    private long _number;

    public RehearsalService(RehearsalOptions options, RehearsalLog log)
    {
        _options = options;
        _log = log;
        _library = new ScenarioLibrary(options.Scenarios);
        _player = new ScenarioPlayer(new FaultCounter(options.MaxConversations));
        _accounts = new LimitedAccounts(options.Time);
        _cache = new PromptCache(options.Time);
        _sessions = new SessionTasks(options.MaxConversations);
    }

    public Task MessagesAsync(HttpContext context) => ServeAsync(context, async exchange =>
    {
        if (await ReadAsync(exchange, counting: false) is not { } request) return;
        var conversation = Converse(exchange, request);
        var decision = Decide(exchange, conversation);
        if (decision is Decision.Fail fail)
        {
            SetHeaders(exchange.Context, fail.Headers);
            await Task.Delay(fail.Pace.Delay, _options.Time, exchange.Cancellation);
            await FailAsync(exchange, fail.Error, fail.Pace.Silence);
            return;
        }

        var reply = ((Decision.Answer)decision).Reply;
        var prompt = exchange.Prompt!;
        if (prompt.Tokens > ContextWindow(exchange, request))
        {
            await FailAsync(exchange, ApiError.Invalid($"prompt is too long: {prompt.Tokens} tokens > {ContextWindow(exchange, request)} maximum"));
            return;
        }

        var charge = _cache.Look(exchange.Record.Credential ?? "", prompt);
        var charged = charge.Usage;
        var generation = Generation.Of(reply, request.MaxTokens!.Value, request.StopSequences);
        var usage = new RehearsalUsage(
            reply.Usage?.Input ?? charged.Input,
            reply.Usage?.CacheRead ?? charged.CacheRead,
            reply.Usage?.CacheWrite ?? charged.CacheWrite5m,
            reply.Usage?.CacheWrite is null ? charged.CacheWrite1h : 0,
            generation.Tokens);
        exchange.Record.Usage = usage;
        exchange.Record.StopReason = generation.StopReason;
        if (!exchange.IsSilent) SetLimitHeaders(exchange.Context, exhausted: false);
        SetHeaders(exchange.Context, exchange.Limits);
        SetHeaders(exchange.Context, reply.Headers);
        await Task.Delay(reply.Pace.Delay, _options.Time, exchange.Cancellation);
        await new ReplyWriter(exchange.Context, exchange.Record, _log, _options.Time) { Begins = () => _cache.Write(charge) }
            .WriteAsync(request, reply, generation, usage, exchange.Cancellation);
    });

    public Task CountTokensAsync(HttpContext context) => ServeAsync(context, async exchange =>
    {
        if (await ReadAsync(exchange, counting: true) is null) return;
        await JsonAsync(exchange, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("input_tokens", exchange.Prompt!.Tokens);
            writer.WriteEndObject();
        });
    });

    public Task ModelsAsync(HttpContext context) => ServeAsync(context, exchange =>
        Refuse(exchange) is { } error ? FailAsync(exchange, error) : JsonAsync(exchange, w => ModelList.Write(w, _library.All)));

    public Task ModelAsync(HttpContext context) => ServeAsync(context, exchange =>
    {
        if (Refuse(exchange) is { } error) return FailAsync(exchange, error);
        var id = exchange.Context.Request.RouteValues["id"] as string ?? "";
        return ModelList.Knows(id, _library.All)
            ? JsonAsync(exchange, w => ModelList.WriteOne(w, id))
            : FailAsync(exchange, ApiError.NotFound($"model: {id}"));
    });

    /// <summary>Clients open their connection with HEAD / before they have anything to ask.</summary>
    public Task RootAsync(HttpContext context) => ServeAsync(context, exchange => JsonAsync(exchange, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("name", "AWOC rehearsal model server");
        writer.WriteBoolean("rehearsal", true);
        writer.WriteEndObject();
    }));

    public Task NotFoundAsync(HttpContext context) => ServeAsync(context, exchange => FailAsync(exchange, ApiError.NotFound("Not found")));

    public Task MethodNotAllowedAsync(HttpContext context) => ServeAsync(context, exchange =>
        FailAsync(exchange, new ApiError(405, "invalid_request_error", "Method Not Allowed")));

    private Conversation Converse(Exchange exchange, MessagesRequest request)
    {
        var conversation = new Conversation(request);
        var main = _sessions.Of(exchange.Context.Request.Headers["x-claude-code-session-id"].ToString(), conversation.Task);
        return conversation.Task is null && main is not null ? new Conversation(request) { MainTask = main } : conversation;
    }

    private Decision Decide(Exchange exchange, Conversation conversation)
    {
        var (choice, from) = Choose(exchange.Context, conversation);
        if (choice is not null && _library.Find(choice).Scenario?.Limits is { } limits)
        {
            exchange.IsSilent = !limits.Headers;
            (var refusal, exchange.Limits) = _accounts.Take(exchange.Record.Credential ?? "", choice, limits);
            if (refusal is not null) return new Decision.Fail(refusal, new Pace(), exchange.Limits);
        }

        if (SideRequest.Answer(conversation) is { } aside) return new Decision.Answer(aside);
        Decision decision = new Decision.HandOver(new Pace(), new Dictionary<string, string>());
        if (choice is not null)
        {
            exchange.Record.Scenario = choice;
            var (scenario, error) = _library.Find(choice);
            if (scenario is null) return new Decision.Fail(error!, new Pace(), new Dictionary<string, string>());
            decision = _player.Play(scenario, conversation, ConversationKey.Of(exchange.Context, conversation), exchange.Record.AgentId, from);
        }

        return decision is Decision.HandOver plan
            ? new Decision.Answer(Plan(conversation, plan.Figures) with { Pace = plan.Pace, Headers = plan.Headers })
            : decision;
    }

    private static Reply Plan(Conversation conversation, PlannerFigures? figures) =>
        figures is null ? RulePlanner.Next(conversation) : RealisticPlanner.Next(conversation, figures);

    /// <summary>The path outranks the header, the header the model, the model the prompt, the prompt the server's own choice.</summary>
    private (string? Choice, int From) Choose(HttpContext context, Conversation conversation)
    {
        if (context.Request.RouteValues["scenario"] is string fromPath) return (fromPath, 0);
        if (context.Request.Headers["x-awoc-scenario"].ToString() is { Length: > 0 } fromHeader) return (fromHeader, 0);
        if (conversation.Request.Model.StartsWith(ModelList.ScenarioPrefix, StringComparison.Ordinal))
            return (conversation.Request.Model[ModelList.ScenarioPrefix.Length..], 0);
        if (conversation.ScenarioMarker is { } marker) return (marker, conversation.ScenarioStart);
        return (_options.Scenario, 0);
    }

    private async Task<MessagesRequest?> ReadAsync(Exchange exchange, bool counting)
    {
        var request = exchange.Context.Request;
        if (exchange.Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MaxBodyBytes;
        string text;
        try
        {
            using var reader = new StreamReader(request.Body);
            text = await reader.ReadToEndAsync(exchange.Cancellation);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == 413)
        {
            await FailAsync(exchange, new ApiError(413, "request_too_large", "Request exceeds the maximum size"));
            return null;
        }

        _log.KeepBody(exchange.Record, text);
        if (Refuse(exchange) is { } refused)
        {
            await FailAsync(exchange, refused);
            return null;
        }

        ApiError? error;
        try
        {
            exchange.Body = JsonDocument.Parse(text);
            var betas = request.Headers["anthropic-beta"].ToString();
            var read = MessagesRequestReader.Read(exchange.Body.RootElement, betas, counting, out error);
            if (read is not null)
            {
                exchange.Record.Model = read.Model;
                exchange.Record.MaxTokens = read.MaxTokens;
                exchange.Record.Stream = read.Stream;
                exchange.Record.Tools = read.Tools.Count;
                exchange.Record.ToolChoice = read.Root.TryGetProperty("tool_choice", out _) ? read.ToolChoice.Type : null;
                exchange.Prompt = PromptPrefix.Of(read.Root);
                return read;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half a surrogate pair, well-formed JSON that is no text.
            error = ApiError.Invalid($"The request body is not valid JSON: {e.Message}");
        }

        await FailAsync(exchange, error!);
        return null;
    }

    private ApiError? Refuse(Exchange exchange) =>
        _options.ApiKey is null || exchange.Record.Credential == _options.ApiKey
            ? null
            : new ApiError(401, "authentication_error", exchange.Record.Credential is null ? "x-api-key header is required" : "invalid x-api-key");

    private static int ContextWindow(Exchange exchange, MessagesRequest request) =>
        request.Model.Contains("[1m]", StringComparison.Ordinal) || exchange.Context.Request.Headers["anthropic-beta"].ToString().Contains("context-1m", StringComparison.Ordinal)
            ? 1_000_000
            : 200_000;

    private async Task FailAsync(Exchange exchange, ApiError error, TimeSpan silence = default)
    {
        var response = exchange.Context.Response;
        response.StatusCode = exchange.Record.Status = error.Status;
        exchange.Record.Error = error.Type;
        response.ContentType = "application/json";
        if (error.RetryAfter is { } seconds) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (error.ShouldRetry is { } retry) response.Headers["x-should-retry"] = retry ? "true" : "false";
        if (error.Status == 429 && exchange.Limits.Count == 0 && !exchange.IsSilent) SetLimitHeaders(exchange.Context, exhausted: true, error.RetryAfter);
        if (silence > TimeSpan.Zero)
        {
            await response.StartAsync(exchange.Cancellation);
            await response.Body.FlushAsync(exchange.Cancellation);
            _log.Signal();
            await Task.Delay(silence, _options.Time, exchange.Cancellation);
        }

        await WriteBodyAsync(exchange, WireFormat.Json(w => WireFormat.WriteError(w, error, exchange.RequestId)));
    }

    private static Task JsonAsync(Exchange exchange, Action<Utf8JsonWriter> write)
    {
        exchange.Context.Response.StatusCode = exchange.Record.Status = 200;
        exchange.Context.Response.ContentType = "application/json";
        return WriteBodyAsync(exchange, WireFormat.Json(write));
    }

    private static async Task WriteBodyAsync(Exchange exchange, byte[] body)
    {
        var response = exchange.Context.Response;
        if (!response.HasStarted) response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(exchange.Context.Request.Method)) await response.Body.WriteAsync(body, exchange.Cancellation);
    }

    private async Task ServeAsync(HttpContext context, Func<Exchange, Task> serve)
    {
        var stopping = context.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var record = new RecordedRequest(
            Interlocked.Increment(ref _number), context.Request.Method, context.Request.Path.Value ?? "/", _options.Time.GetUtcNow())
        {
            Headers = s_recordedHeaders
                .Where(h => context.Request.Headers.ContainsKey(h))
                .ToDictionary(h => h, h => context.Request.Headers[h].ToString(), StringComparer.OrdinalIgnoreCase),
            Credential = CredentialOf(context.Request),
        };
        using var exchange = new Exchange(context, record, WireId.Request(), stop.Token);
        context.Response.Headers["request-id"] = exchange.RequestId;
        context.Response.Headers["anthropic-organization-id"] = "00000000-0000-4000-8000-000000000000";
        _log.Add(record);
        try
        {
            await serve(exchange);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            record.ClientDisconnected = true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server stops: what hangs or streams slowly is dropped.
            context.Abort();
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            // A fault of ours must not look like a scripted one: it says what it is.
            await FailAsync(exchange, new ApiError(500, "api_error", $"rehearsal: unexpected {e.GetType().Name}: {e.Message}"));
        }
        finally
        {
            if (context.RequestAborted.IsCancellationRequested && !record.Cut) record.ClientDisconnected = true;
            record.End(_options.Time.GetUtcNow());
            _log.End(record);
        }
    }

    private void SetLimitHeaders(HttpContext context, bool exhausted, int? retryAfter = null)
    {
        var reset = _options.Time.GetUtcNow().AddSeconds(retryAfter ?? 1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var headers = context.Response.Headers;
        foreach (var (name, limit) in new[] { ("requests", "4000"), ("input-tokens", "400000"), ("output-tokens", "80000"), ("tokens", "480000") })
        {
            headers[$"anthropic-ratelimit-{name}-limit"] = limit;
            headers[$"anthropic-ratelimit-{name}-remaining"] = exhausted ? "0" : limit;
            headers[$"anthropic-ratelimit-{name}-reset"] = reset;
        }
    }

    private static void SetHeaders(HttpContext context, IReadOnlyDictionary<string, string> headers)
    {
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
    }

    private static string? CredentialOf(HttpRequest request)
    {
        if (request.Headers["x-api-key"].ToString() is { Length: > 0 } key) return key;
        var bearer = request.Headers.Authorization.ToString();
        return bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? bearer[7..] : null;
    }

    private sealed class Exchange(HttpContext context, RecordedRequest record, string requestId, CancellationToken cancellation) : IDisposable
    {
        public HttpContext Context => context;

        public RecordedRequest Record => record;

        public string RequestId => requestId;

        /// <summary>Ends when the client goes away or the server stops.</summary>
        public CancellationToken Cancellation => cancellation;

        /// <summary>Parsed elements live as long as this.</summary>
        public JsonDocument? Body { get; set; }

        public PromptPrefix? Prompt { get; set; }

        /// <summary>The answers do not say how limits stand.</summary>
        public bool IsSilent { get; set; }

        /// <summary>How the scenario's limits stand, as headers; empty where it has none.</summary>
        public IReadOnlyDictionary<string, string> Limits { get; set; } = new Dictionary<string, string>();

        public void Dispose() => Body?.Dispose();
    }
}
