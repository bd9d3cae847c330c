using Awoc.Client.Wire;
using Awoc.Core.Scheduling;
using Awoc.Daemon.Settings;
using Awoc.Engine.Launching;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Tasks;

namespace Awoc.Daemon.Api;

internal static class QueueEndpoints
{
    private const string Off = "off";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/queues", (StartBoard board) => Results.Json(List(board), WireJson.Default.QueueList)).WithName("queues").Produces<QueueList>();
        api.MapPost("/queues/{name}", Change).WithName("change-queue").Produces<QueueView>().Produces<Problem>(StatusCodes.Status400BadRequest);
    }

    public static QueueView Of(QueueState queue) => new(queue.Name, queue.Limit, queue.Running, queue.Waiting, queue.Paused);

    private static QueueList List(StartBoard board)
    {
        var queues = board.Queues();
        var (waiting, running) = board.Count();
        return new QueueList([.. queues.Select(Of)], board.Limit, running, waiting);
    }

    private static IResult Change(string name, QueueChange change, YamlSettings settings, StartBoard board, EventFeed feed)
    {
        if (!OrderNames.IsName(name)) return Problems.Invalid("NAME", name, OrderNames.Allowed);
        if (change.Limit is { } limit and not Off && !QueueKeys.IsLimit(limit)) return Problems.Invalid("--limit", limit, $"{QueueKeys.LimitAllowed}, or off");
        if (change.Limit is { } wanted) settings.Set(QueueKeys.LimitOf(name), wanted == Off ? null : wanted);
        if (change.Paused is { } paused) settings.Set(QueueKeys.PausedOf(name), paused ? "true" : null);

        // What has room by now starts at once.
        board.Refresh();
        feed.Pulse();
        return Results.Json(Of(board.Queues().FirstOrDefault(q => q.Name == name) ?? new QueueState(name, null, false, 0, 0)), WireJson.Default.QueueView);
    }
}
