using System.Buffers;
using System.Text.Json;
using Awoc.Core.Budgets;
using Microsoft.AspNetCore.Http;

namespace Awoc.Gateway.Dialects.Anthropic;

/// <summary>The Messages API, as Claude Code and the built-in agent speak it.</summary>
internal sealed class AnthropicDialect : IApiDialect
{
    private const int MaxModelLength = 200;

    private static readonly ApiRoute s_messages = new("messages", HasBody: true, Generates: true);
    private static readonly ApiRoute s_countTokens = new("count_tokens", HasBody: true, Generates: false);
    private static readonly ApiRoute s_models = new("models", HasBody: false, Generates: false);
    private static readonly ApiRoute s_root = new("root", HasBody: false, Generates: false);

    // A tool's arguments may nest deeper than the reader's 64.
    private static readonly JsonReaderOptions s_deep = new() { MaxDepth = 1024 };

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

    public bool TryReadRequest(in ReadOnlySequence<byte> body, out RequestFacts facts, out string fault)
    {
        facts = default;
        try
        {
            var reader = new Utf8JsonReader(body, s_deep);
            return TryRead(ref reader, out facts, out fault);
        }
        catch (JsonException e)
        {
            fault = $"the body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine})";
            return false;
        }
        catch (InvalidOperationException)
        {
            // A name or a model that is no valid UTF-8.
            fault = "the body is not valid UTF-8";
            return false;
        }
    }

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
            GatewayFault.BudgetSpent => (StatusCodes.Status400BadRequest, "invalid_request_error"),
            GatewayFault.NotRecordable => (StatusCodes.Status503ServiceUnavailable, "overloaded_error"),
            GatewayFault.UpstreamUnreachable => (StatusCodes.Status502BadGateway, "api_error"),
            GatewayFault.UpstreamTimedOut => (StatusCodes.Status504GatewayTimeout, "timeout_error"),
        };
        return new ApiAnswer(status, AnthropicJson.Error(type, message));
    }

    private static bool TryRead(ref Utf8JsonReader reader, out RequestFacts facts, out string fault)
    {
        facts = default;
        fault = "the body is no JSON object";
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;

        string? model = null;
        long? cap = null;
        var streams = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("max_tokens"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value) || value < 0)
                {
                    fault = "max_tokens: must be a whole number, 0 or more";
                    return false;
                }

                // Given twice, parsers differ in which one they take: the dearer is recorded.
                cap = Math.Max(cap ?? 0, Math.Min(value, Budget.MaxTokens));
            }
            else if (reader.ValueTextEquals("stream"u8))
            {
                reader.Read();
                streams = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String) model = AnthropicJson.Short(reader.GetString(), MaxModelLength);
                else reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // The reader itself refuses anything but white space behind the object.
        reader.Read();
        if (cap is null)
        {
            fault = "max_tokens: field required";
            return false;
        }

        facts = new RequestFacts(model, cap.Value, streams);
        return true;
    }
}
