using Awoc.Client;
using Awoc.Core.Agents;
using Awoc.Core.Store;
using Awoc.Daemon.Api;
using Awoc.Engine.Homes;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Supervision;
using Awoc.Gateway;

namespace Awoc.Daemon.Hosting;

/// <summary>Sends each request to what its door is for, and turns what went wrong into a problem that a person can read.</summary>
internal static partial class DoorKeeper
{
    public static void UseDoors(this WebApplication app, Dispatcher dispatcher, ModelGateway gateway) => app.Use(async (context, next) =>
    {
        switch (context.Features.Get<DoorFeature>()?.Door)
        {
            case Door.Gateway:
                // An attempt of an earlier daemon is known only once it is adopted: until then its calls wait, unharmed.
                await dispatcher.Adopted.WaitAsync(context.RequestAborted);
                await gateway.HandleAsync(context);
                break;
            case Door.Rehearsal when context.Request.Path.StartsWithSegments(RehearsalDoor.Prefix, StringComparison.Ordinal):
                await next(context);
                break;
            case Door.Api when context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
                || context.Request.Path.StartsWithSegments("/openapi", StringComparison.Ordinal):
                context.Response.Headers[ClientVersion.Header] = ClientVersion.Text;
                await ServeAsync(context, next);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    });

    private static async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound, ContentType: null })
                await Problems.NotFound($"there is no {context.Request.Method} {context.Request.Path} in this API; see docs/api.md").ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has left.
        }
        catch (Exception broken) when (!context.Response.HasStarted)
        {
            if (broken is not BadHttpRequestException) LogFailed(context.RequestServices.GetRequiredService<ILogger<WebApplication>>(), broken, context.Request.Method, context.Request.Path);
            await Problems.Of(broken).ExecuteAsync(context);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception broken, string method, string path);
}

/// <summary>The embedded model server's place in this process: a socket of its own, so that its traffic is metered like any other.</summary>
internal static class RehearsalDoor
{
    public const string Prefix = "/rehearsal";

    public static RehearsalUpstream Upstream(AwocPaths paths) => new(paths.RehearsalSocket, Prefix);
}
