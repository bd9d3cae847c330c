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
        Func<AgentTask, string>? path = (stream ?? "execution") switch
        {
            "execution" => of => Attempt(folder, of).ExecutionLog,
            "events" => of => Attempt(folder, of).Events,
            "stderr" => of => Attempt(folder, of).Stderr,
            "background" => _ => folder.BackgroundLog,
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

    private static AttemptFolder Attempt(TaskFolder folder, AgentTask task) => folder.Attempt(Math.Max(1, task.Attempt));

    /// <summary>The log of the attempt that is the last by then; a follower goes on with that of the next attempt.</summary>
    private static async Task CopyAsync(
        ITaskStore store, AgentTask task, Func<AgentTask, string> path, long? tail, bool follow, Stream to, TimeProvider time, HttpContext context, CancellationToken stopping, CancellationToken cancellation)
    {
        FileStream? file = null;
        var current = path(task);
        try
        {
            while (true)
            {
                // Asked before the copy: what an ended task's log holds afterwards is all there will be.
                var now = await store.FindAsync(task.Id, cancellation);
                var ended = now is not { State: not TaskState.Ended };
                if (file is null && File.Exists(current))
                {
                    file = new FileStream(current, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                    if (tail is { } lines) file.Position = await TailLines.StartAsync(file, lines, cancellation);
                }

                if (file is not null) await file.CopyToAsync(to, cancellation);
                await to.FlushAsync(cancellation);
                if (follow && now is not null && path(now) is var next && next != current)
                {
                    // The attempt it came from is over: nothing is added to its log any more.
                    if (file is not null) await file.DisposeAsync();
                    (file, current, tail) = (null, next, null);
                    continue;
                }

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
