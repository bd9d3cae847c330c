using System.Runtime.CompilerServices;
using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>Waiting for the end of tasks.</content>
public sealed partial class AwocClient
{
    private const string EndedKind = "ended";
    private const int FewTasks = 32;

    /// <summary>
    /// Tasks as they end, each once, until all have ended. It subscribes before it looks, so that no end falls between the two;
    /// it asks again only when a connection was lost.
    /// </summary>
    /// <param name="references">The tasks. All are looked up before the first is waited for.</param>
    /// <param name="progress">Called with each event of these tasks.</param>
    /// <param name="live">Called with each task that has not ended, as it stands when the wait begins and after a lost connection.</param>
    /// <param name="token">Gives the wait up; the tasks go on.</param>
    /// <exception cref="AwocException">A reference names no task, or the daemon is gone for good.</exception>
    public async IAsyncEnumerable<TaskView> WaitAsync(
        IReadOnlyCollection<string> references, Action<EventView>? progress = null, Action<TaskView>? live = null, [EnumeratorCancellation] CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(references);
        if (references.Count == 0) yield break;

        HashSet<string>? open = null;
        var only = references.Count == 1 ? references.First() : null;
        await foreach (var item in SubscribeAsync(null, only, token).ConfigureAwait(false))
        {
            if (item is { } view)
            {
                if (open is null || !open.Contains(view.Task)) continue;
                progress?.Invoke(view);
                if (view.Kind != EndedKind) continue;
                var ended = await TaskAsync(view.Task, token).ConfigureAwait(false);
                // Reopened in the meantime: its next end counts.
                if (ended.State != TaskWords.Ended) continue;
                open.Remove(view.Task);
                yield return ended;
            }
            else
            {
                // References such as @last may point elsewhere by now: what is waited for is settled the first time.
                IReadOnlyCollection<string> ask = open is null ? references : [.. open];
                open ??= new HashSet<string>(StringComparer.Ordinal);
                var found = await AllAsync(ask, token).ConfigureAwait(false);
                foreach (var task in found.DistinctBy(t => t.Id))
                {
                    if (task.State != TaskWords.Ended)
                    {
                        open.Add(task.Id);
                        live?.Invoke(task);
                        continue;
                    }

                    open.Remove(task.Id);
                    yield return task;
                }
            }

            if (open.Count == 0) yield break;
        }
    }

    /// <summary>A few with their attempts, as each is told that ends later; many without, in a few requests.</summary>
    private async Task<IReadOnlyList<TaskView>> AllAsync(IReadOnlyCollection<string> references, CancellationToken token)
    {
        if (references.Count > FewTasks) return await LookUpAsync(references, token).ConfigureAwait(false);
        List<TaskView> found = [];
        foreach (var reference in references) found.Add(await TaskAsync(reference, token).ConfigureAwait(false));
        return found;
    }
}
