using Awoc.Client.Wire;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Tasks;

namespace Awoc.Daemon.Api;

/// <summary>Several tasks at once.</summary>
internal static class GroupEndpoints
{
    private const int MostReferences = 1000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/tasks/lookup", LookUpAsync).WithName("lookup").Produces<TaskList>().Produces<Problem>(StatusCodes.Status404NotFound);
        api.MapPost("/groups/{name}/cancel", CancelAsync).WithName("cancelGroup").Produces<TaskList>().Produces<Problem>(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> LookUpAsync(LookupRequest request, ITaskStore store, TaskViews views, CancellationToken cancellation)
    {
        var references = request.References ?? [];
        if (references.Count > MostReferences) return Problems.Invalid("references", $"{references.Count}", $"at most {MostReferences} at one time");
        List<TaskId> whole = [.. references.Select(r => TaskId.TryParse(r, out var id) ? id : default).Where(id => id != default).Distinct()];
        var found = (await store.FindAsync(whole, cancellation)).ToDictionary(t => t.Id.Value);
        List<TaskView> tasks = [];
        foreach (var reference in references)
        {
            if (!found.TryGetValue(reference ?? "", out var task))
            {
                var (resolved, problem) = await store.ResolveAsync(reference ?? "", cancellation);
                if (resolved is null) return problem!;
                task = resolved;
            }

            tasks.Add(views.Of(task));
        }

        return Results.Json(new TaskList(tasks), WireJson.Default.TaskList);
    }

    private static async Task<IResult> CancelAsync(string name, ITaskStore store, Cancellation canceling, TaskViews views, CancellationToken cancellation)
    {
        if ((await store.ListAsync(new TaskQuery([], [], 1, Group: name), cancellation)).Count == 0)
            return Problems.NotFound($"there is no task of a group '{name}'; 'awoc status all' shows tasks with their groups");
        var canceled = await canceling.CancelGroupAsync(name, cancellation);
        return Results.Json(new TaskList([.. canceled.Select(t => views.Of(t))]), WireJson.Default.TaskList);
    }
}
