using System.Net.Http;
using Awoc.Core.Agents;
using Awoc.Gateway.Attempts;
using Awoc.Gateway.Dialects;
using Awoc.Gateway.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace Awoc.Gateway.Upstreams;

/// <summary>
/// The few things that change on the way: the credential, the host, and for metered routes the encodings the upstream may
/// use. The rest is copied by the base class, hop-by-hop headers left out.
/// </summary>
internal sealed class CallTransformer(AttemptAccount account, AttemptCall call, IApiDialect dialect, PathString path, TimeProvider time) : HttpTransformer
{
    private const string ApiKeyHeader = "x-api-key";

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(destinationPrefix, path, httpContext.Request.QueryString);
        var headers = proxyRequest.Headers;
        headers.Host = null;

        // The body is here already: nobody has to ask whether to send it.
        headers.Remove(HeaderNames.Expect);
        if (call.Route.Generates)
        {
            headers.Remove(HeaderNames.AcceptEncoding);
            headers.TryAddWithoutValidation(HeaderNames.AcceptEncoding, "identity");
        }

        Authorize(httpContext.Request, proxyRequest);
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null) return false;
        var now = time.GetUtcNow();
        call.Pass?.Answered((int)proxyResponse.StatusCode, dialect.LimitsOf(proxyResponse.Headers, (int)proxyResponse.StatusCode, now));
        if (call.MayAbsorb && (int)proxyResponse.StatusCode is 429 or 529)
        {
            await AbsorbAsync(proxyResponse, now, cancellationToken);
            return false;
        }

        call.Release?.Invoke();
        if (!await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken)) return false;

        var content = proxyResponse.Content;
        var status = (int)proxyResponse.StatusCode;
        call.Answered(Head(proxyResponse, now), MeterFor(status, content));

        // The headers have been copied from the original: the forwarder reads nothing but the stream from its stand-in.
        proxyResponse.Content = new StreamContent(new MeteredStream(await content.ReadAsStreamAsync(cancellationToken), call));

        // The forwarder would hold the headers back until the first byte of the body, which the model may take minutes for.
        if (IsEventStream(content)) await httpContext.Response.Body.FlushAsync(cancellationToken);
        return true;
    }

    private AnswerHead Head(HttpResponseMessage response, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        return new AnswerHead(status, response.Content.Headers.ContentType?.MediaType, status is 429 or 529 ? dialect.ResetsAt(response.Headers, now) : null);
    }

    /// <summary>A refusal that stays here: what it says is kept for the record.</summary>
    private async Task AbsorbAsync(HttpResponseMessage response, DateTimeOffset now, CancellationToken cancellation)
    {
        const int MostRead = 64 * 1024;
        call.Answered(Head(response, now), MeterFor((int)response.StatusCode, response.Content));
        var buffer = new byte[MostRead];
        var length = 0;
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellation);
            while (length < MostRead && await stream.ReadAsync(buffer.AsMemory(length), cancellation) is > 0 and var read) length += read;
        }
        catch (IOException)
        {
            // What matters is that it was refused.
        }

        call.Absorb(buffer.AsSpan(0, length));
    }

    private void Authorize(HttpRequest request, HttpRequestMessage proxyRequest)
    {
        var headers = proxyRequest.Headers;
        var target = account.Target;
        switch (target.Auth)
        {
            case UpstreamAuth.PassThrough:
                // The agent's own login stays; a header that carries our token must not.
                if (Tokens.InApiKey(request, account.TokenHash)) headers.Remove(ApiKeyHeader);
                if (Tokens.InAuthorization(request, account.TokenHash)) headers.Remove(HeaderNames.Authorization);
                break;
            case UpstreamAuth.ApiKey:
                headers.Remove(HeaderNames.Authorization);
                headers.Remove(ApiKeyHeader);
                headers.TryAddWithoutValidation(ApiKeyHeader, target.Secret);
                break;
            case UpstreamAuth.Bearer:
                headers.Remove(HeaderNames.Authorization);
                headers.Remove(ApiKeyHeader);
                headers.TryAddWithoutValidation(HeaderNames.Authorization, $"Bearer {target.Secret}");
                break;
        }
    }

    private static bool IsEventStream(HttpContent content) =>
        string.Equals(content.Headers.ContentType?.MediaType, "text/event-stream", StringComparison.OrdinalIgnoreCase);

    private IResponseMeter MeterFor(int status, HttpContent content)
    {
        // An upstream that compresses although it was asked not to: what cannot be read costs its cap.
        var encoded = content.Headers.ContentEncoding.Any(e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase));
        return encoded || !call.Route.Generates
            ? new BlindMeter(begun: true)
            : dialect.OpenMeter(status, content.Headers.ContentType?.MediaType);
    }
}
