using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Daemon.Api;

/// <summary>Finds the task that a reference means: a whole id, an unambiguous prefix, a name, or <c>@last</c>.</summary>
internal static class TaskLookup
{
    private const int Shown = 5;

    public static async Task<(AgentTask? Task, IResult? Problem)> ResolveAsync(this ITaskStore store, string reference, CancellationToken cancellation)
    {
        var ids = await store.ResolveAsync(reference, Shown + 1, cancellation);
        if (ids.Count > 1)
        {
            var shown = string.Join(", ", ids.Take(Shown).Select(id => id.Handle));
            return (null, Problems.Ambiguous($"'{reference}' fits several tasks ({shown}{(ids.Count > Shown ? ", …" : "")}): give more of the id"));
        }

        if (ids.Count == 1 && await store.FindAsync(ids[0], cancellation) is { } task) return (task, null);
        return (null, Problems.NotFound(
            reference == "@last" ? "there is no task yet; launch one with 'awoc run'" : $"there is no task '{reference}'; 'awoc status all' lists them"));
    }
}
