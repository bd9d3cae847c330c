using Awoc.Core.Integration;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Integration;

namespace Awoc.Engine.Metrics;

/// <summary>Gathers what the metrics are made of. Rehearsed tasks do not count.</summary>
public sealed class MetricsReader(ITaskStore store)
{
    private const int Page = 500;

    /// <param name="since">Tasks that were launched before do not count.</param>
    public async Task<SuccessMetrics> ReadAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        List<AgentTask> tasks = [];
        List<AttemptRecord> attempts = [];
        List<IntegrationQuality> integrations = [];
        var undone = 0;
        TaskId? before = null;
        while (true)
        {
            var page = await store.ListAsync(new TaskQuery([TaskState.Ended], [], Page, before), cancellation);
            var counted = page.TakeWhile(t => t.CreatedAt >= since).ToList();
            foreach (var task in counted.Where(t => !t.Spec.Rehearsal))
            {
                tasks.Add(task);
                attempts.AddRange(await store.AttemptsAsync(task.Id, cancellation));
                if (task.Result == TaskResult.None) continue;
                var log = await IntegrationLog.ReadAsync(store, task.Id, cancellation);
                integrations.AddRange(log.Records.Select(r => r.Quality));
                undone += log.Undone.Count;
            }

            if (page.Count < Page || counted.Count < page.Count) return SuccessMetrics.Of(tasks, attempts, integrations, undone);
            before = page[^1].Id;
        }
    }
}
