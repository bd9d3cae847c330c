using System.Globalization;
using Awoc.Client.Wire;
using Awoc.Core.Alerts;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Tasks;

namespace Awoc.Daemon.Api;

/// <summary>Ended tasks until somebody has read them: at least once, and out of it by an acknowledgement alone.</summary>
internal static class InboxEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 10_000;
    private const int ShownText = 160;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/inbox", ListAsync).WithName("inbox").Produces<InboxView>();
        api.MapPost("/tasks/{reference}/ack", AcknowledgeAsync).WithName("ack").Produces<TaskView>().Produces<Problem>(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ListAsync(string? limit, ITaskStore store, CancellationToken cancellation)
    {
        var count = DefaultLimit;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MaxLimit))
            return Problems.Invalid("limit", limit, $"a whole number from 1 to {MaxLimit}");
        var tasks = await store.UnreadAsync(count, cancellation);
        var unread = tasks.Count < count ? tasks.Count : await store.CountUnreadAsync(cancellation);
        return Results.Json(new InboxView([.. tasks.Select(Of)], unread), WireJson.Default.InboxView);
    }

    private static async Task<IResult> AcknowledgeAsync(string reference, TaskBook book, TaskFiles files, TaskViews views, CancellationToken cancellation)
    {
        var (task, problem) = await book.Store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        switch (await book.ApplyAsync(task.Id, new TaskCommand.Acknowledge("the user"), cancellation))
        {
            case BookEntry.Applied(var now):
                files.Update(now);
                return Results.Json(views.Of(now), WireJson.Default.TaskView);
            case BookEntry.Refused(var why, _):
                return Problems.Conflict(why);
            default:
                return Problems.NotFound($"there is no task '{reference}'");
        }
    }

    private static InboxItem Of(AgentTask task) => new()
    {
        Id = task.Id.Value,
        Name = task.Spec.Name,
        Type = task.Spec.Type,
        Description = Line(task.Spec.Description),
        Outcome = task.Outcome.Text() ?? "",
        Reason = task.Reason.Text(),
        Result = task.Result.Text(),
        Rehearsal = task.Spec.Rehearsal ? true : null,
        Path = task.ResultPath,
        Bytes = task.ResultPath is { } path && new FileInfo(path) is { Exists: true } file ? file.Length : null,
        Summary = Line(task.Outcome == TaskOutcome.Succeeded ? task.Summary ?? task.Detail : task.Detail ?? task.Summary),
        EndedAt = task.EndedAt ?? task.CreatedAt,
        Next = Next(task),
    };

    /// <summary>What most people would do next.</summary>
    private static string Next(AgentTask task)
    {
        var id = task.Id.Handle;
        if (task.Outcome == TaskOutcome.Succeeded)
        {
            return task.Result == TaskResult.None ? $"awoc inbox ack {id}"
                : task is { Delivered: false, Spec.Output: not null } ? $"awoc integrate {id}"
                : $"awoc output {id}";
        }

        if (task.Outcome == TaskOutcome.Canceled) return task.Result == TaskResult.None ? $"awoc inbox ack {id}" : $"awoc output {id}";
        return Remedy.OfEnded(task, new TaskEnding { Outcome = task.Outcome ?? TaskOutcome.Lost, Reason = task.Reason, Result = task.Result })[0];
    }

    private static string? Line(string? text)
    {
        var line = text?.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.Length > 0);
        return line is null || line.Length <= ShownText ? line : $"{line.AsSpan(0, ShownText)}…";
    }
}
