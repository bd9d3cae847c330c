using System.Globalization;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Tasks;

namespace Awoc.Daemon.Api;

internal static class LogEndpoints
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/tasks/{reference}/logs", LogsAsync).WithName("logs").Produces(StatusCodes.Status200OK, contentType: "text/plain");

    private static async Task<IResult> LogsAsync(
        string reference, string? stream, bool? follow, string? tail, HttpContext context, ITaskStore store, AwocPaths paths, IHostApplicationLifetime lifetime, TimeProvider time, CancellationToken cancellation)
    {
        var (task, problem) = await store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        var folder = paths.Task(task.Id);
        var attempt = folder.Attempt(Math.Max(1, task.Attempt));
        var path = (stream ?? "execution") switch
        {
            "execution" => attempt.ExecutionLog,
            "events" => attempt.Events,
            "stderr" => attempt.Stderr,
            "background" => folder.BackgroundLog,
            _ => null,
        };
        if (path is null) return Problems.Invalid("stream", stream!, "execution, events, stderr or background");
        long? lines = null;
        if (tail is not null)
        {
            if (!long.TryParse(tail, NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return Problems.Invalid("tail", tail, "a whole number of lines");
            lines = count;
        }

        return Results.Stream(
            body => CopyAsync(store, task, path, lines, follow ?? false, body, time, context, lifetime.ApplicationStopping, cancellation), "text/plain; charset=utf-8");
    }

    private static async Task CopyAsync(
        ITaskStore store, AgentTask task, string path, long? tail, bool follow, Stream to, TimeProvider time, HttpContext context, CancellationToken stopping, CancellationToken cancellation)
    {
        FileStream? file = null;
        try
        {
            while (true)
            {
                // Asked before the copy: what an ended task's log holds afterwards is all there will be.
                var ended = await store.FindAsync(task.Id, cancellation) is not { State: not TaskState.Ended };
                if (file is null && File.Exists(path))
                {
                    file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                    if (tail is { } lines) file.Position = await TailLines.StartAsync(file, lines, cancellation);
                }

                if (file is not null) await file.CopyToAsync(to, cancellation);
                await to.FlushAsync(cancellation);
                if (ended || !follow) return;
                // A follower must not keep the daemon from stopping: cut off, it comes back to the next one.
                if (stopping.IsCancellationRequested)
                {
                    context.Abort();
                    return;
                }

                await Task.Delay(s_look, time, cancellation);
            }
        }
        finally
        {
            if (file is not null) await file.DisposeAsync();
        }
    }
}
