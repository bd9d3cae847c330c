using Awoc.Client.Wire;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Daemon.Doctor;
using Awoc.Daemon.Hosting;
using Awoc.Engine.Homes;
using Awoc.Engine.Launching;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Shims;
using Awoc.Engine.Tasks;

namespace Awoc.Daemon.Api;

internal static class DaemonEndpoints
{
    private static readonly TimeSpan s_cancelPatience = TimeSpan.FromSeconds(20);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/health", HealthAsync).WithName("health").Produces<HealthView>();
        api.MapPost("/daemon/stop", StopAsync).WithName("stop").Produces<StopReply>();
        api.MapPost("/daemon/credentials", SupplyAsync).WithName("credentials").Produces<CredentialsReply>();
        api.MapPost("/doctor", DiagnoseAsync).WithName("doctor").Produces<DoctorReport>();
    }

    private static async Task<IResult> HealthAsync(
        DaemonIdentity identity, AwocPaths paths, Dispatcher dispatcher, ITaskStore store, CancellationToken cancellation)
    {
        // Every command asks for this first: it is not to count the tasks that have ended.
        var queued = await store.CountAsync(TaskState.Queued, cancellation);
        return Results.Json(
            new HealthView
            {
                Version = identity.Version,
                Pid = identity.Pid,
                Home = paths.Home,
                Socket = paths.ApiSocket,
                StartedAt = identity.StartedAt,
                Running = dispatcher.Running,
                Queued = queued,
                Limit = dispatcher.Limit,
            },
            WireJson.Default.HealthView);
    }

    private static async Task<IResult> StopAsync(
        StopRequest request, AwocPaths paths, Dispatcher dispatcher, TaskBook book, EventFeed feed, IHostApplicationLifetime lifetime, TimeProvider time, HttpContext context, CancellationToken cancellation)
    {
        var canceled = 0;
        if (request.Cancel)
        {
            var running = await book.Store.InAttemptAsync(cancellation);
            foreach (var task in running)
            {
                await book.ApplyAsync(task.Id, new TaskCommand.Cancel("awoc daemon stop --cancel"), cancellation);
                dispatcher.End(task.Id, EndCause.Cancel);
            }

            canceled = running.Count;
            using var patience = new CancellationTokenSource(s_cancelPatience, time);
            while (dispatcher.Running > 0 && !patience.IsCancellationRequested)
            {
                var next = feed.Next;
                if (dispatcher.Running == 0) break;
                await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(500), time, patience.Token));
            }
        }

        // From now on a shim that misses its daemon waits for a person to start it.
        await File.WriteAllTextAsync(paths.StopMarker, "", cancellation);
        context.Response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
        return Results.Json(new StopReply(dispatcher.Running, canceled), WireJson.Default.StopReply);
    }

    private static async Task<IResult> SupplyAsync(CredentialsRequest request, SecretSupply supply, CancellationToken cancellation)
    {
        var released = await supply.SupplyAsync(request.Secrets, cancellation);
        return Results.Json(new CredentialsReply([.. released.Select(id => id.Value)]), WireJson.Default.CredentialsReply);
    }

    private static async Task<IResult> DiagnoseAsync(DoctorRequest request, Diagnosis diagnosis, CancellationToken cancellation) =>
        Results.Json(await diagnosis.RunAsync(request, cancellation), WireJson.Default.DoctorReport);
}
