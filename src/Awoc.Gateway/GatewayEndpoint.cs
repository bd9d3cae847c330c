using System.Buffers;
using System.Globalization;
using Awoc.Core.Pacing;
using Awoc.Gateway.Attempts;
using Awoc.Gateway.Dialects;
using Awoc.Gateway.Dialects.Anthropic;
using Awoc.Gateway.Pacing;
using Awoc.Gateway.Upstreams;
using Awoc.Gateway.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Awoc.Gateway;

/// <summary>One request's way: authenticate, find the route, hold the body, grant, forward, settle.</summary>
internal sealed class GatewayEndpoint(
    Func<string, AttemptAccount?> findByTokenHash, IHttpForwarder forwarder, UpstreamClients clients, LaneBook? lanes, GatewayOptions options, TimeProvider time)
{
    private const string AgentHeader = "x-claude-code-agent-id";
    private const int MaxAgentLength = 100;

    /// <summary>In the order they are asked. The first one also answers for paths that are nobody's.</summary>
    private static readonly IApiDialect[] s_dialects = [new AnthropicDialect()];

    private readonly ForwarderRequestConfig _forwarding = new() { ActivityTimeout = options.ActivityTimeout };

    public async Task HandleAsync(HttpContext context)
    {
        LiftServerLimits(context);
        var account = Tokens.Authenticate(context.Request, findByTokenHash, out var path);
        var (dialect, route) = FindRoute(context.Request.Method, path);
        if (account is null)
        {
            await RefuseAsync(context, dialect, new GatewayRefusal(GatewayFault.UnknownToken,
                "AWOC: no running attempt has this token: an agent gets its own from the daemon, good until its attempt ends"));
        }
        else if (route is null)
        {
            await RefuseAsync(context, dialect, new GatewayRefusal(GatewayFault.UnknownRoute,
                $"AWOC: the gateway has no route {context.Request.Method} {Shorten(path.Value)}"));
        }
        else if (!route.HasBody)
        {
            await ForwardAsync(context, account, dialect, route, path, default, null);
        }
        else
        {
            await HoldAndForwardAsync(context, account, dialect, route, path);
        }
    }

    private static (IApiDialect Dialect, ApiRoute? Route) FindRoute(string method, PathString path)
    {
        foreach (var dialect in s_dialects)
        {
            if (dialect.Match(method, path) is { } route) return (dialect, route);
        }

        return (s_dialects[0], null);
    }

    private async Task HoldAndForwardAsync(HttpContext context, AttemptAccount account, IApiDialect dialect, ApiRoute route, PathString path)
    {
        var tooLarge = new GatewayRefusal(GatewayFault.BodyTooLarge, $"AWOC: the request is larger than {options.MaxBodyBytes / (1024 * 1024)} MB");
        if (context.Request.ContentLength > options.MaxBodyBytes)
        {
            // Answered before anything is read; the server then takes in what still comes, for some seconds, so that the answer is seen.
            await RefuseAsync(context, dialect, tooLarge);
            return;
        }

        HeldBody? body;
        try
        {
            body = await HeldBody.ReadAsync(context.Request.BodyReader, options.MaxBodyBytes, context.RequestAborted);
        }
        catch (IOException)
        {
            // The client left in the middle of its request, or sent broken chunks: there is nobody to answer.
            context.Abort();
            return;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (body is null)
        {
            await RefuseAsync(context, dialect, tooLarge);
            return;
        }

        using (body)
        {
            RequestFacts facts = default;
            if (route.Generates)
            {
                var fault = "the body is compressed: send it as it is";
                var readable = context.Request.Headers.ContentEncoding.Count == 0 && dialect.TryReadRequest(body.Bytes, out facts, out fault);
                if (!readable)
                {
                    await RefuseAsync(context, dialect, new GatewayRefusal(GatewayFault.BodyUnreadable,
                        $"AWOC: a request that cannot be metered is not forwarded: {fault}"));
                    return;
                }
            }

            await ForwardAsync(context, account, dialect, route, path, facts, body);
        }
    }

    /// <summary>
    /// Its turn at the API first, its grant then: whoever waits for the API holds nothing of a budget, and whoever was granted goes
    /// on at once (but for those that <see cref="GrantAsync"/> had to wait for). A refusal for a limit of the API's begins both anew, as long as a client bears the wait.
    /// </summary>
    private async Task ForwardAsync(
        HttpContext context, AttemptAccount account, IApiDialect dialect, ApiRoute route, PathString path, RequestFacts facts, HeldBody? body)
    {
        var agent = AgentOf(context.Request);
        var length = context.Request.ContentLength;
        var arrived = time.GetTimestamp();
        var lane = route.Generates ? lanes?.Of(account.LaneOf(facts.Model)) : null;
        for (var tries = 0; ; tries++)
        {
            if (await GrantAsync(context, account, dialect, route, facts, body?.Length ?? 0, agent, lane, arrived) is not { } call) return;
            using var pass = call.Pass;
            call.MayAbsorb = lane is not null && pass is not null && tries < options.Pacing!.Absorbed && Left(arrived) > TimeSpan.Zero;
            ForwarderError error;
            try
            {
                if (body is not null) Prepare(context, account, call, facts, body, agent, length);
                var target = account.Target;
                error = await forwarder.SendAsync(
                    context, target.Prefix, clients.For(target), _forwarding, new CallTransformer(account, call, dialect, path, time), account.Ended);

                // ResponseBodyDestination is not among them: there the upstream broke its own answer off.
                call.Left = error is ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
                    or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient;
                if (error != ForwarderError.None && !context.RequestAborted.IsCancellationRequested && !account.Ended.IsCancellationRequested) pass?.Failed();
            }
            finally
            {
                account.Settle(call);
            }

            if (call.Absorbed && !context.Response.HasStarted)
            {
                context.Response.Clear();
                continue;
            }

            if (error != ForwarderError.None) await ExplainAsync(context, account, dialect, error);
            return;
        }
    }

    /// <summary>
    /// Its turn and its grant. Where the attempt's own budget makes it wait, its turn is given back meanwhile: a lane is everybody's, and
    /// the one request that goes ahead after a closed window may be this one.
    /// </summary>
    /// <returns>Null when it was answered, or nobody waits any more.</returns>
    private async Task<AttemptCall?> GrantAsync(
        HttpContext context, AttemptAccount account, IApiDialect dialect, ApiRoute route, RequestFacts facts, long bodyBytes, string? agent, Lane? lane, long arrived)
    {
        while (true)
        {
            // One that nobody used meanwhile may have been forgotten.
            if (lane is not null) lane = lanes!.Of(lane.Key);
            var (pass, answered) = await EnterAsync(context, account, dialect, lane, arrived);
            if (answered) return null;
            AttemptCall? granted = null;
            var goes = false;
            try
            {
                var ruling = account.AdmitAsync(route, facts, bodyBytes, agent, Waited(arrived, lane), context.RequestAborted);
                var gaveBack = pass is not null && !ruling.IsCompleted;
                if (gaveBack)
                {
                    pass!.GiveBack();
                    pass = null;
                }

                var admission = await ruling;
                granted = admission.Call;
                if (granted is null)
                {
                    await RefuseAsync(context, dialect, admission.Refusal!);
                    return null;
                }

                // Nobody waits for a lane with a grant in hand: others of the attempt wait for it, and a daemon that dies meanwhile would charge it.
                if (gaveBack && (pass = lane!.TryEnter()) is null) continue;
                granted.Pass = pass;
                goes = true;
                return granted;
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // It left while it was held: nothing was sent.
                return null;
            }
            finally
            {
                if (!goes)
                {
                    pass?.GiveBack();
                    if (granted is not null) account.Settle(granted);
                }
            }
        }
    }

    /// <summary>Its leave to be under way: null where nothing is paced or the account has an answer of its own; or the word that it was answered, or nobody waits any more.</summary>
    private async Task<(LanePass? Pass, bool Answered)> EnterAsync(HttpContext context, AttemptAccount account, IApiDialect dialect, Lane? lane, long arrived)
    {
        if (lane is null || account.AnswersItself) return (null, false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, account.Ended);
        try
        {
            var left = Left(arrived);
            if (await lane.EnterAsync(account, left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1), over.Token) is { } pass) return (pass, false);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            if (!context.RequestAborted.IsCancellationRequested)
                await RefuseAsync(context, dialect, new GatewayRefusal(GatewayFault.UnknownToken, "AWOC: this attempt is over, and its token with it"));
            return (null, true);
        }

        var (opens, now) = (lane.OpensAt, time.GetUtcNow());
        var wait = opens is { } at && at > now ? at - now : TimeSpan.FromSeconds(1);
        context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await RefuseAsync(context, dialect, new GatewayRefusal(
            GatewayFault.Paced,
            opens is null
                ? $"AWOC: more requests wait for {LaneKey.HostOf(lane.Key.Account)} than it takes: ask again"
                : string.Create(CultureInfo.InvariantCulture, $"AWOC: the limit of {LaneKey.HostOf(lane.Key.Account)} is reached; it opens at {opens:yyyy-MM-dd'T'HH:mm:ss'Z'}")));
        return (null, true);
    }

    private TimeSpan Left(long arrived) => options.Pacing!.LongestHold - time.GetElapsedTime(arrived);

    private double? Waited(long arrived, Lane? lane)
    {
        const double Telling = 1;
        return lane is not null && time.GetElapsedTime(arrived).TotalMilliseconds is >= Telling and var ms ? Math.Round(ms, 1) : null;
    }

    /// <summary>Keeps what the agent said where that is wanted, and puts the body in its place with the grant written into it.</summary>
    /// <param name="length">What the client announced; null where it announced none.</param>
    private static void Prepare(HttpContext context, AttemptAccount account, AttemptCall call, RequestFacts facts, HeldBody body, string? agent, long? length)
    {
        if (facts.Layout is { } layout)
        {
            body.Apply([]);
            if (account.KeepsWire) call.Tap = new WireTap(BodyEdit.Apply(body.Bytes, layout.Redactions).ToArray(), agent);
            body.Apply(layout.Fit(call.Terms.Cap, call.Terms.Report));
            if (length is not null) context.Request.ContentLength = body.Bytes.Length;
        }

        var stream = new HeldBodyStream(body, call.Sending, call.MayAbsorb);
        call.Release = stream.Release;
        context.Request.Body = stream;
    }

    /// <summary>Puts the gateway's own answer in the place of the forwarder's bare status, where there is still time.</summary>
    private static async Task ExplainAsync(HttpContext context, AttemptAccount account, IApiDialect dialect, ForwarderError error)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested) return;
        context.Response.Clear();
        if (account.Ended.IsCancellationRequested)
        {
            await RefuseAsync(context, dialect, new GatewayRefusal(GatewayFault.UnknownToken, "AWOC: this attempt is over, and its token with it"));
            return;
        }

        var where = account.Target.SocketPath ?? new Uri(account.Target.Prefix).Authority;
        await RefuseAsync(context, dialect, error == ForwarderError.RequestTimedOut
            ? new GatewayRefusal(GatewayFault.UpstreamTimedOut, $"AWOC: the model API at {where} did not answer in time")
            : new GatewayRefusal(GatewayFault.UpstreamUnreachable, $"AWOC: the model API at {where} {WhyOf(context)}"));
    }

    /// <summary>The cause in the operating system's words. Never a whole exception: it goes to an agent.</summary>
    private static string WhyOf(HttpContext context)
    {
        var exception = context.GetForwarderErrorFeature()?.Exception?.GetBaseException();
        return exception is System.Net.Sockets.SocketException socket
            ? $"cannot be reached: {socket.Message}"
            : "broke off before it answered";
    }

    private static async Task RefuseAsync(HttpContext context, IApiDialect dialect, GatewayRefusal refusal)
    {
        var answer = dialect.Shape(refusal.Fault, refusal.Message);
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentType = "application/json";
        response.ContentLength = answer.Json.Length;
        if (HttpMethods.IsHead(context.Request.Method)) return;
        try
        {
            await response.Body.WriteAsync(answer.Json, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // It left without waiting for the answer.
        }
    }

    /// <summary>
    /// The gateway has its own limit on bodies, and none on speed: an agent may be stopped, or a laptop asleep, in the middle
    /// of a request or of an answer.
    /// </summary>
    private static void LiftServerLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } request) request.MinDataRate = null;
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } response) response.MinDataRate = null;
    }

    private static string? AgentOf(HttpRequest request) => request.Headers[AgentHeader].ToString() is { Length: > 0 } agent
        ? agent[..Math.Min(agent.Length, MaxAgentLength)]
        : null;

    private static string Shorten(string? path) => path is { Length: > 100 } ? path[..100] + "…" : path ?? "/";
}
