using System.Globalization;
using Awoc.Client.Wire;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Integration;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Tasks;

namespace Awoc.Daemon.Api;

internal static class TaskEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/tasks", ListAsync).WithName("list").Produces<TaskPage>();
        api.MapGet("/tasks/{reference}", GetAsync).WithName("get").Produces<TaskView>().Produces<Problem>(StatusCodes.Status404NotFound);
        api.MapPost("/tasks/{reference}/cancel", CancelAsync).WithName("cancel").Produces<TaskView>();
        api.MapGet("/tasks/{reference}/output", OutputAsync).WithName("output").Produces(StatusCodes.Status200OK, contentType: "application/octet-stream");
    }

    private static async Task<IResult> ListAsync(
        string? state, string? outcome, string? group, string? limit, string? before, ITaskStore store, TaskViews views, StartBoard board, CancellationToken cancellation)
    {
        var states = Words<TaskState>(state, out var badState);
        var outcomes = Words<TaskOutcome>(outcome, out var badOutcome);
        if (badState is not null) return Problems.Invalid("state", badState, string.Join(", ", SnakeCase.All<TaskState>()));
        if (badOutcome is not null) return Problems.Invalid("outcome", badOutcome, string.Join(", ", SnakeCase.All<TaskOutcome>()));
        var count = DefaultLimit;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MaxLimit))
            return Problems.Invalid("limit", limit, $"a whole number from 1 to {MaxLimit}");
        TaskId? cursor = null;
        if (before is not null)
        {
            if (!TaskId.TryParse(before, out var parsed)) return Problems.Invalid("before", before, "a whole task id");
            cursor = parsed;
        }

        // Without a filter: what lives, however old, and then the newest of the rest.
        var page = await store.ListAsync(new TaskQuery(states, outcomes, count + 1, cursor, group), cancellation);
        var more = page.Count > count;
        IReadOnlyList<AgentTask> shown = more ? [.. page.Take(count)] : page;
        var next = more ? shown[^1].Id.Value : null;
        if (states.Count == 0 && outcomes.Count == 0 && cursor is null && more)
        {
            var live = await store.ListAsync(
                new TaskQuery([TaskState.Scheduled, TaskState.Queued, TaskState.Running, TaskState.AwaitingInput], [], count, Group: group), cancellation);
            shown = [.. live.Concat(shown).DistinctBy(t => t.Id).Take(count).OrderByDescending(t => t.CreatedAt)];
            // An old live task is shown out of its turn: the next page goes on behind the newest, not behind that one.
            var ids = shown.Select(t => t.Id).ToHashSet();
            next = page.TakeWhile(t => ids.Contains(t.Id)).LastOrDefault()?.Id.Value;
        }

        var counts = await store.CountAsync(cancellation);
        return Results.Json(
            new TaskPage(
                [.. shown.Select(t => views.Of(t))],
                next,
                counts.ToDictionary(c => c.Key.Text(), c => c.Value),
                await store.CountUnreadAsync(cancellation),
                board.Queues().Where(q => q is { Paused: true, Waiting: > 0 }).Select(QueueEndpoints.Of).ToList() is { Count: > 0 } paused ? paused : null),
            WireJson.Default.TaskPage);
    }

    private static async Task<IResult> GetAsync(string reference, ITaskStore store, TaskViews views, CancellationToken cancellation)
    {
        var (task, problem) = await store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        return Results.Json(views.Of(task, await store.AttemptsAsync(task.Id, cancellation)), WireJson.Default.TaskView);
    }

    private static async Task<IResult> CancelAsync(
        string reference, ITaskStore store, Cancellation canceling, TaskViews views, CancellationToken cancellation)
    {
        var (task, problem) = await store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        return await canceling.CancelAsync(task.Id, cancellation) switch
        {
            BookEntry.Applied(var now) => Results.Json(views.Of(now), WireJson.Default.TaskView),
            BookEntry.Refused(var why, _) => Problems.Conflict(why),
            _ => Problems.NotFound($"there is no task '{reference}'"),
        };
    }

    private static async Task<IResult> OutputAsync(
        string reference, string? section, string? maxTokens, HttpContext context, ITaskStore store, AwocPaths paths, CancellationToken cancellation)
    {
        var (task, problem) = await store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        if (task.State != TaskState.Ended)
            return Problems.Conflict($"task {task.Id.Handle} is {task.State.Text()}: wait for it with 'awoc wait {task.Id.Handle}', or follow it with 'awoc logs -f {task.Id.Handle}'");
        var path = task.ResultPath;
        // The delivered file is the user's own by now: should it be gone, the copy in the task's directory still is there.
        if (path is null || !File.Exists(path)) path = paths.Task(task.Id).Output(task.Spec.Output);
        if (task.Result == TaskResult.None || !File.Exists(path))
            return Problems.NotFound($"task {task.Id.Handle} left no output: it ended {task.Outcome.Text()}{(task.Detail is null ? "" : $", {task.Detail}")}");
        context.Response.Headers["awoc-result"] = task.Result.Text();
        context.Response.Headers["awoc-path"] = Uri.EscapeDataString(path);
        if (section is null && maxTokens is null) return Results.File(path, "application/octet-stream");
        int? most = null;
        if (maxTokens is not null)
        {
            if (!int.TryParse(maxTokens, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
                return Problems.Invalid("--max-tokens", maxTokens, $"a whole number from 1 to {int.MaxValue}");
            most = number;
        }

        var (excerpt, refused) = ResultExcerpt.Read(task, path, section, most);
        if (excerpt is null) return Problems.NotFound(refused!);
        if (excerpt.LeftOut is { } left) context.Response.Headers["awoc-left-out"] = Uri.EscapeDataString(left);
        return Results.Text(excerpt.Text, "text/plain", System.Text.Encoding.UTF8);
    }

    private static List<T> Words<T>(string? text, out string? unknown) where T : struct, Enum
    {
        List<T> values = [];
        unknown = null;
        foreach (var word in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (SnakeCase.TryParse<T>(word, out var value)) values.Add(value);
            else unknown = word;
        }

        return values;
    }
}
