using Awoc.Client.Wire;
using Awoc.Core.Alerts;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Alerts;

namespace Awoc.Daemon.Api;

internal static class AlertEndpoints
{
    private const int Limit = 100;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/alerts", ListAsync).WithName("alerts").Produces<AlertList>();
        api.MapPost("/tasks/{reference}/dismiss", DismissAsync).WithName("dismiss").Produces<AlertView>();
    }

    public static AlertView Of(Alert alert, AgentTask? task, bool dismissed) => new()
    {
        Id = alert.Id,
        Task = alert.Task.Value,
        Name = task?.Spec.Name,
        Kind = alert.Kind.Text(),
        At = alert.At,
        Text = alert.Text,
        Remedies = alert.Remedies,
        Outcome = task?.Outcome.Text(),
        Reason = task?.Reason.Text(),
        Dismissed = dismissed ? true : null,
    };

    private static async Task<IResult> ListAsync(bool? all, AlertBook alerts, CancellationToken cancellation)
    {
        var open = await alerts.ListAsync(Limit, all ?? false, cancellation);
        return Results.Json(new AlertList([.. open.Select(a => Of(a.Alert, a.Task, a.Dismissed))]), WireJson.Default.AlertList);
    }

    private static async Task<IResult> DismissAsync(string reference, ITaskStore store, AlertBook alerts, CancellationToken cancellation)
    {
        var (task, problem) = await store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        if (!AlertBook.NeedsPerson(task) || await alerts.OfAsync(task, cancellation) is not { } alert)
            return Problems.Conflict($"task {task.Id.Handle} needs nobody: it is {(task.Outcome is null ? task.State.Text() : task.Outcome.Text())}");
        await alerts.DismissAsync(alert, cancellation);
        return Results.Json(Of(alert, task, dismissed: true), WireJson.Default.AlertView);
    }
}
