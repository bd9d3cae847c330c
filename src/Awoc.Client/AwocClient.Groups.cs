using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>Several tasks at once.</content>
public sealed partial class AwocClient
{
    /// <summary>What the daemon looks up at one time.</summary>
    private const int MostReferences = 1000;

    /// <summary>What a batch file would launch, or what is wrong with it. Nothing is launched.</summary>
    public Task<BatchPlanView> PlanBatchAsync(BatchPlanRequest request, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, "batches/plan", request, WireJson.Default.BatchPlanRequest), WireJson.Default.BatchPlanView, token);

    /// <summary>Tasks by their references, without their attempts, in the same order.</summary>
    /// <exception cref="AwocException">A reference names no task, or several.</exception>
    public async Task<IReadOnlyList<TaskView>> LookUpAsync(IEnumerable<string> references, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(references);
        List<TaskView> tasks = [];
        foreach (var some in references.Chunk(MostReferences))
        {
            var list = await SendAsync(
                () => Json(HttpMethod.Post, "tasks/lookup", new LookupRequest(some), WireJson.Default.LookupRequest), WireJson.Default.TaskList, token).ConfigureAwait(false);
            tasks.AddRange(list.Tasks);
        }

        return tasks;
    }

    /// <summary>Asks for the end of all live tasks of a group. What waits has ended when this returns; a running attempt ends a little later.</summary>
    /// <returns>Those that were live.</returns>
    public async Task<IReadOnlyList<TaskView>> CancelGroupAsync(string group, CancellationToken token = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        return (await SendAsync(
            () => Request(HttpMethod.Post, $"groups/{Uri.EscapeDataString(group)}/cancel"), WireJson.Default.TaskList, token).ConfigureAwait(false)).Tasks;
    }

    /// <summary>All tasks of a group, newest first, without their attempts.</summary>
    public async Task<IReadOnlyList<TaskView>> GroupAsync(string group, CancellationToken token = default)
    {
        List<TaskView> tasks = [];
        for (var query = new TaskQuery { States = TaskWords.States, Group = group, Limit = MostReferences }; ;)
        {
            var page = await ListAsync(query, token).ConfigureAwait(false);
            tasks.AddRange(page.Tasks);
            if (page.Next is null) return tasks;
            query = query with { Before = page.Next };
        }
    }
}
