using System.Globalization;
using System.Text.Json;
using Awoc.Client.Wire;
using Awoc.Core;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Tasks;

namespace Awoc.Daemon.Api;

/// <summary>The event log as server-sent events. The cursor is the sequence number, so a follower that lost its connection misses nothing.</summary>
internal static class EventEndpoints
{
    private const int Batch = 200;
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(15);

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/events", FollowAsync).WithName("events").Produces(StatusCodes.Status200OK, contentType: "text/event-stream");

    private static async Task<IResult> FollowAsync(
        HttpContext context, string? after, string? task, ITaskStore store, EventFeed feed, IHostApplicationLifetime lifetime, TimeProvider time, CancellationToken cancellation)
    {
        TaskId? only = null;
        if (task is not null)
        {
            var (found, problem) = await store.ResolveAsync(task, cancellation);
            if (found is null) return problem!;
            only = found.Id;
        }

        var from = after ?? (context.Request.Headers["last-event-id"].ToString() is { Length: > 0 } last ? last : null);
        long cursor;
        if (from is null) cursor = await store.LastSeqAsync(cancellation);
        else if (!long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out cursor))
            return Problems.Invalid("after", from, "a sequence number");

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers[WireHeaders.EventsAfter] = cursor.ToString(CultureInfo.InvariantCulture);
        // The client takes its first look at the tasks once this has come: nothing falls between the two.
        await context.Response.WriteAsync($": from {cursor.ToString(CultureInfo.InvariantCulture)}\n\n", cancellation);
        await context.Response.Body.FlushAsync(cancellation);
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        try
        {
            await CopyAsync(context, store, feed, only, cursor, time, closing.Token);
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // The follower left, or the daemon stops: it resumes by its cursor.
        }

        return Results.Empty;
    }

    private static async Task CopyAsync(
        HttpContext context, ITaskStore store, EventFeed feed, TaskId? only, long cursor, TimeProvider time, CancellationToken cancellation)
    {
        while (true)
        {
            var grown = feed.Next;
            var events = await store.EventsAsync(cursor, Batch, only, cancellation);
            foreach (var e in events)
            {
                await WriteAsync(context, e, cancellation);
                cursor = e.Seq;
            }

            if (events.Count > 0) await context.Response.Body.FlushAsync(cancellation);
            if (events.Count == Batch) continue;
            try
            {
                await grown.WaitAsync(s_keepAlive, time, cancellation);
            }
            catch (TimeoutException)
            {
                await context.Response.WriteAsync(": alive\n\n", cancellation);
                await context.Response.Body.FlushAsync(cancellation);
            }
        }
    }

    private static Task WriteAsync(HttpContext context, StoredEvent e, CancellationToken cancellation)
    {
        var payload = JsonSerializer.SerializeToElement(e.Event, CoreJson.Default.TaskEvent);
        var kind = payload.GetProperty("kind").GetString()!;
        var view = new EventView(e.Seq, e.Task.Value, e.Version, kind, e.Event.At, payload);
        return context.Response.WriteAsync(
            $"id: {e.Seq.ToString(CultureInfo.InvariantCulture)}\nevent: {kind}\ndata: {JsonSerializer.Serialize(view, WireJson.Default.EventView)}\n\n", cancellation);
    }
}
