using System.Buffers;
using System.Net.Http.Headers;
using Awoc.Core.Pacing;
using Microsoft.AspNetCore.Http;

namespace Awoc.Gateway.Dialects.Anthropic;

/// <summary>The Messages API, as Claude Code and the built-in agent speak it.</summary>
internal sealed class AnthropicDialect : IApiDialect
{
    private static readonly ApiRoute s_messages = new("messages", HasBody: true, Generates: true);
    private static readonly ApiRoute s_countTokens = new("count_tokens", HasBody: true, Generates: false);
    private static readonly ApiRoute s_models = new("models", HasBody: false, Generates: false);
    private static readonly ApiRoute s_root = new("root", HasBody: false, Generates: false);

    public ApiRoute? Match(string method, PathString path)
    {
        var text = path.Value ?? "";
        if (HttpMethods.IsPost(method))
        {
            return text switch
            {
                "/v1/messages" => s_messages,
                "/v1/messages/count_tokens" => s_countTokens,
                _ => null,
            };
        }

        // Claude Code opens its connection with HEAD / before its first request.
        if ((HttpMethods.IsHead(method) || HttpMethods.IsGet(method)) && text is "" or "/") return s_root;
        return HttpMethods.IsGet(method) && (text is "/v1/models" || text.StartsWith("/v1/models/", StringComparison.Ordinal)) ? s_models : null;
    }

    public bool TryReadRequest(in ReadOnlySequence<byte> body, out RequestFacts facts, out string fault) =>
        AnthropicRequestReader.TryRead(body, out facts, out fault);

    public DateTimeOffset? ResetsAt(HttpResponseHeaders headers, DateTimeOffset now) => AnthropicResets.Of(headers, now);

    public LimitSigns LimitsOf(HttpResponseHeaders headers, int status, DateTimeOffset now) => AnthropicLimits.Of(headers, status, now);

    public IResponseMeter OpenMeter(int status, string? mediaType)
    {
        if (status is < 200 or > 299) return new AnthropicErrorMeter();
        return string.Equals(mediaType, "text/event-stream", StringComparison.OrdinalIgnoreCase)
            ? new AnthropicStreamMeter()
            : new AnthropicMessageMeter();
    }

    public ApiAnswer Shape(GatewayFault fault, string message)
    {
        // Claude Code asks again on 401, 5xx and 529, and takes 400 and 404 as final: what may pass is one of the former.
        var (status, type) = fault switch
        {
            GatewayFault.UnknownToken => (StatusCodes.Status401Unauthorized, "authentication_error"),
            GatewayFault.UnknownRoute => (StatusCodes.Status404NotFound, "not_found_error"),
            GatewayFault.BodyTooLarge => (StatusCodes.Status413PayloadTooLarge, "request_too_large"),
            GatewayFault.BodyUnreadable => (StatusCodes.Status400BadRequest, "invalid_request_error"),
            GatewayFault.BudgetSpent or GatewayFault.NoPrice => (StatusCodes.Status400BadRequest, "invalid_request_error"),
            GatewayFault.Paced => (StatusCodes.Status429TooManyRequests, "rate_limit_error"),
            GatewayFault.NotRecordable => (StatusCodes.Status503ServiceUnavailable, "overloaded_error"),
            GatewayFault.UpstreamUnreachable => (StatusCodes.Status502BadGateway, "api_error"),
            GatewayFault.UpstreamTimedOut => (StatusCodes.Status504GatewayTimeout, "timeout_error"),
        };
        return new ApiAnswer(status, AnthropicJson.Error(type, message));
    }
}
